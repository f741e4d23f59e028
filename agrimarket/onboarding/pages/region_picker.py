"""The region picker, by typing or step by step; without scripts both are plain form submissions."""

from dataclasses import dataclass, field
from urllib.parse import quote

from litestar.response import Redirect
from sqlmodel import Session

from agrimarket.http.pages import see_other
from agrimarket.kernel.errors import DomainError
from agrimarket.onboarding.service.appeals import find_region
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo
from agrimarket.typed.text import trimmed


@dataclass(frozen=True, slots=True)
class Picker:
    """Content of the picker: the chosen region, the typed text, and the regions to choose from."""

    chosen: RegionInfo | None = None
    typed: str = ""
    candidates: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    within: RegionInfo | None = None
    listed: list[RegionInfo] = field(default_factory=list[RegionInfo])


def show(session: Session, code: str, typed: str, within: str, refusal: DomainError | None) -> Picker:
    """The picker with the provinces, or with the regions in `within`; a `refusal` may bring regions to choose from."""
    parent = places.get(session, within) if within else None
    listed = places.children(session, parent.code if parent else None)
    candidates: list[dict[str, str]] = refusal.values.get("candidates", []) if refusal else []
    return Picker(places.get(session, code) if code else None, typed, candidates, parent, listed)


def read(session: Session, given: dict[str, str], known: str) -> tuple[str, DomainError | None]:
    """Region code from the form's fields (a choice, else the typed name, else `known`), and the reason if unclear."""
    typed = trimmed(given.get("region", ""))
    code = trimmed(given.get("region_code", ""))
    try:
        if code:
            return find_region(session, code, None).code, None
        if typed:
            return find_region(session, None, typed).code, None
    except DomainError as refusal:
        return known, refusal
    return known, None


def at_field(errors: dict[str, str]) -> dict[str, str]:
    """Sentences of a form, those about the typed name of a place at the picker's one field."""
    return {"region_code" if name == "region" else name: sentence for name, sentence in errors.items()}


def look_within(here: str, given: dict[str, str]) -> Redirect:
    """Redirect to the same page, which lists the regions in the one whose button was pressed."""
    back = "&check=1" if given.get("check") else ""
    return see_other(f"{here}?within={quote(given['within'], safe='')}{back}")
