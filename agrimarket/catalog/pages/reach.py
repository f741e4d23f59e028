"""What a listing's page answers to "can it be delivered to me?": by place, community, mode and day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from agrimarket.catalog.types import ListingView
from agrimarket.http.request import decode_model
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.regions.errors import DateOutOfRange
from agrimarket.regions.schemas.serviceability import ServiceabilityQuery, said
from agrimarket.regions.service import places, served, serviceability
from agrimarket.regions.types.places import FoundRegion, RegionInfo
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Basis, Instead, Mode, Remedy, Serviceability


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader typed: a place by name or code, a community, a mode, a day."""

    to: str
    community: str
    mode: Mode
    day: str


@dataclass(slots=True)
class Reach:
    """The answer as the page shows it; `errors` are by field, and there is no answer where there are any.

    `region` is the place that was understood.
    """

    region: RegionInfo | None = None
    good: bool = False
    words: str = ""
    instead: list[str] = field(default_factory=list[str])
    basis: str = ""
    errors: dict[str, str] = field(default_factory=dict[str, str])


def answer(session: Session, listing: ListingView, asked: Asked, language: str) -> Reach:
    """The answer to a reader who named a place: the same as `GET /v1/serviceability` gives.

    A place that is not sure is asked for again, with those that may be meant: a guess would be the answer of another.
    """
    meant = places.meant(session, asked.to.strip(), 5)
    region = places.sure(meant)
    if region is None:
        return Reach(errors={"to": _which(meant, language)})
    try:
        day = decode_model(ServiceabilityQuery, {"date": asked.day} if asked.day.strip() else {}).date
        found = serviceability.answer(
            session, listing.region_code, region.code, asked.community, mode=asked.mode, day=day
        )
    except InvalidFields:
        return Reach(errors={"date": t("field.date_parsing", language)})
    except DateOutOfRange as refusal:
        return Reach(errors={"date": t(refusal.code, language, **refusal.values)})
    return Reach(
        region=region,
        good=found.verdict is Verdict.OPEN,
        words=_words(session, found, region, asked, language),
        instead=[said(each, language) for each in found.instead if _is_news(each, found, listing)],
        basis="" if found.basis is Basis.IN_FORCE else t(f"reach.basis.{found.basis}", language),
    )


def _which(meant: Sequence[FoundRegion], language: str) -> str:
    if not meant:
        return t("reach.no_place", language)
    names = [each.region.text.in_language(language) for each in meant]
    return t("reach.which_place", language, places=("、" if language.startswith("zh") else "; ").join(names))


def _is_news(remedy: Instead, found: Serviceability, listing: ListingView) -> bool:
    """Whether the seller offers it, and the sentence that asks for more of the address does not say it already."""
    if remedy.kind is Remedy.COMMUNITY and found.verdict is Verdict.PARTIAL:
        return False
    return remedy.mode is None or remedy.mode in listing.modes


def _words(session: Session, found: Serviceability, region: RegionInfo, asked: Asked, language: str) -> str:
    if found.verdict is Verdict.OPEN:
        name = region.in_full(language)
        return t(f"reach.yes.{asked.mode}", language, place=f"{name} {asked.community}".strip())
    if not found.served:
        return t("region.not_served", language, places=served.not_delivered(session, region.code))
    refusal: DomainError = serviceability.refusal(found, region.code, asked.community)
    return t(refusal.code, language, **refusal.values)


def modes(listing: ListingView, language: str) -> list[tuple[str, Any]]:
    """The modes in which the seller delivers, as choices."""
    return [(mode, t(f"reach.mode.{mode}", language)) for mode in listing.modes]
