"""The HTML handler of a region's state: can I sell, ship and buy there; then what is closed, since when, and why."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, tagged
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.paging import Paging
from agrimarket.kernel.principal import Principal
from agrimarket.regions import charts
from agrimarket.regions.pages.rumours import TONES
from agrimarket.regions.service import follows, overview, serviceability
from agrimarket.regions.service.overview import Asked, Overview, Place, Position
from agrimarket.regions.types.restrictions import RiskLevel

AnyRequest = Request[Any, Any, Any]
SHOWN = 20
"""Places on a page of the list, so that it stays small on a weak signal; a search finds the others."""
LINKS = {
    "sell": ("/appeal", "site.sell"),
    "ship": ("/sell/orders", "order.sold"),
    "buy": ("/", "site.market"),
}
"""Where one does it, and what that page is called."""


class Show(StrEnum):
    """Which places are listed."""

    CLOSED = "closed"
    LOW = "low"


def _position(keys: Sequence[str]) -> Position:
    ordered, region, restriction, community = keys
    return int(ordered), region, UUID(restriction), int(community)


PLACES: Paging[Place, Position] = Paging("region places", lambda row: [str(key) for key in row.position], _position)


@page("/regions/{code:str}")
def show_region(
    request: AnyRequest,
    code: FromPath[str],
    db: NamedDependency[Database],
    kept: NamedDependency[Kept],
    visitor: NamedDependency[Principal | None],
    community: Annotated[str, QueryParameter(max_length=200)] = "",
    show: Annotated[Show, QueryParameter()] = Show.CLOSED,
    cursor: Cursor = None,
) -> Template:
    """A region's state, and whether the reader's own community is closed."""
    window = PLACES.window(cursor, SHOWN)
    asked = Asked(code, community, show is Show.CLOSED, window.after, window.rows)
    with db.reading() as session:
        found = overview.of(session, kept, asked)
        own = serviceability.between(session, code, code, community) if community else None
        following_it = visitor is not None and follows.is_following(session, visitor, code)
    listed, following = window.cut(found.listed)
    query = {"community": community, "show": show.value, "cursor": following}
    return tagged(
        render_page(
            request,
            "restrictions.html",
            visitor=visitor,
            community=community,
            cursor=cursor,
            closing=asked.closing,
            own=own,
            following_it=following_it,
            groups=_groups(listed, language_of(request)),
            following=f"/regions/{code}?{urlencode({k: v for k, v in query.items() if v})}" if following else "",
            **_shown(found, asked, language_of(request)),
        )
    )


def _shown(found: Overview, asked: Asked, language: str) -> dict[str, Any]:
    """Values of the page for what was found."""
    counts = {each.code: each.places for each in found.provinces}
    return {
        "overview": found,
        "links": {**LINKS, **{each.kind: ("/about", "about.title") for each in found.questions if _unserved(each.why)}},
        "informing": asked.closing and any(each.level is RiskLevel.LOW for each in found.levels),
        "past": charts.past(found.changes, found.today),
        "tiles": charts.tiles(counts, found.region.code, language),
        "provinces": found.provinces,
        "day": _day,
        "tones": TONES,
    }


def _unserved(why: str) -> bool:
    return why == "not_served"


def _groups(listed: Sequence[Place], language: str) -> list[tuple[str, list[Place]]]:
    """The list by the area in which the places are, each with its name."""
    return [(head, list(each)) for head, each in groupby(listed, lambda place: _area(place, language))]


def _area(place: Place, language: str) -> str:
    """The area's name; a part of a division has a name in Chinese only, so that it stands apart from a Latin one."""
    division = place.area.in_language(language)
    return f"{division} {place.part}".strip() if division != place.area and language == "en" else division + place.part


def _day(moment: datetime) -> date:
    """The day in China, in which people read it."""
    return moment.astimezone(PEOPLES_ZONE).date()


HANDLERS: list[ControllerRouterHandler] = [show_region]
