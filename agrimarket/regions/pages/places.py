"""The HTML handlers of the code tree: regions to look at, and the place to which a reader wants things sent."""

from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import cookie, local_path, render_page, see_other
from agrimarket.http.place import COOKIE, KEPT_FOR, place_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo, RegionLevel
from agrimarket.settings import Settings
from agrimarket.typed.text import trimmed

CHOICES = 8
"""Places that are proposed where what was typed may be several."""
LOOKED_AT = 200
"""Characters of what was typed that are looked at; no address of a place is longer."""


@page("/regions")
def find_region(
    db: NamedDependency[Database],
    language: NamedDependency[str],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    parent: Annotated[str | None, QueryParameter(max_length=6)] = None,
) -> Template:
    """Regions to choose from, found by typing or step by step."""
    with db.reading() as session:
        within = places.get(session, parent) if parent else None
        found = places.find(session, q, 20) if q else []
        beneath = [] if q else places.children(session, parent)
    return Template(
        "places.html", context={"language": language, "q": q, "within": within, "found": found, "beneath": beneath}
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """What the page of the place shows: the chosen one, what was typed and may be meant by it, and a step to choose in.

    `following` is the page to which the choice leads back.
    """

    chosen: RegionInfo | None
    within: RegionInfo | None
    beneath: list[RegionInfo]
    following: str
    typed: str = ""
    meant: list[RegionInfo] = field(default_factory=list[RegionInfo])

    def step(self, code: str = "") -> str:
        """Address of the page one step further in, or of its beginning."""
        return _address(code, self.following)


@page("/place")
def show_place(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    within: Annotated[str, QueryParameter(max_length=6)] = "",
    following: Annotated[str, QueryParameter(name="next", max_length=500)] = "",
) -> Template:
    """Where should it go? The place for which the market tells what can come, and what it costs to send it."""
    with db.reading() as session:
        choice = _choice(session, place_of(request), within, following)
    return render_page(request, "places/mine.html", visitor=visitor, choice=choice)


def show_place_again(
    request: Request[Any, Any, Any],
    data: Fields,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    refusal: DomainError,
) -> Template:
    """The page with what was typed, and with the places that may be meant."""
    given = texts(data)
    typed = given.get("to", "")
    with db.reading() as session:
        looked = trimmed(typed)[:LOOKED_AT]
        meant = [each.region for each in places.meant(session, looked, CHOICES)] if looked else []
        choice = _choice(session, place_of(request), "", given.get("next", ""), typed, meant)
    return render_page(request, "places/mine.html", visitor=visitor, refusal=refusal, choice=choice)


@form("/place", again=show_place_again)
def choose_place(
    request: Request[Any, Any, Any],
    data: Fields,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Redirect:
    """Remembers the place in this browser, or forgets it; a province leads a step further in."""
    given = texts(data)
    answer = see_other(local_path(given.get("next")))
    if "forget" in given:
        answer.delete_cookie(COOKIE)
        return answer
    with db.reading() as session:
        chosen = places.destination(session, given.get("code", ""), given.get("to", "")[:LOOKED_AT], "/to")
    if chosen.level is RegionLevel.PROVINCE:
        return see_other(_address(chosen.code, given.get("next", "")))
    answer.set_cookie(cookie(settings, COOKIE, chosen.code, KEPT_FOR))
    return answer


def _choice(
    session: Session, code: str, within: str, following: str, typed: str = "", meant: list[RegionInfo] | None = None
) -> Choice:
    known = places.by_codes(session, [code, within])
    parent = known.get(within)
    beneath = places.children(session, parent.code if parent else None)
    return Choice(known.get(code), parent, beneath, local_path(following, ""), typed, meant or [])


def _address(within: str, following: str) -> str:
    query = {"within": within, "next": local_path(following, "")}
    return "/place?" + urlencode({name: value for name, value in query.items() if value})


HANDLERS: list[ControllerRouterHandler] = [find_region, show_place, choose_place]
