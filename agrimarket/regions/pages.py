"""HTML handlers of `regions`."""

from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.rules import CLOSING, matches
from agrimarket.regions.service import places, restrictions, serviceability
from agrimarket.regions.types import RestrictionInfo

SHOWN = 60
"""Names a restriction on the page, so that it stays small on a weak signal; a search reaches the others."""


@page("/regions")
def find_region(
    db: NamedDependency[Database],
    language: NamedDependency[str],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    parent: Annotated[str | None, QueryParameter(max_length=6)] = None,
) -> Template:
    """Regions by typing or by steps."""
    with db.reading() as session:
        here = places.get(session, parent) if parent else None
        found = places.named(session, q, 20) if q else places.children(session, parent)
    return Template("regions.html", context={"language": language, "q": q, "within": here, "found": found})


@page("/regions/{code:str}")
def show_region(
    code: FromPath[str],
    db: NamedDependency[Database],
    language: NamedDependency[str],
    community: Annotated[str, QueryParameter(max_length=200)] = "",
) -> Template:
    """A region's state, calmly: what is closed, since when, by which notice, and whether one's own community is."""
    with db.reading() as session:
        status = restrictions.status(session, code)
        own = serviceability.between(session, code, code, community) if community else None
    shown = [(entry, _block(entry, community)) for entry in status.restrictions]
    context: dict[str, Any] = {
        "language": language,
        "status": status,
        "any_closed": any(entry.level in CLOSING for entry, _ in shown),
        "closing": [block for entry, block in shown if entry.level in CLOSING and _concerns(block, community)],
        "informing": [block for entry, block in shown if entry.level not in CLOSING and not community],
        "sources": list(dict.fromkeys(entry.source for entry, _ in shown)),
        "community": community,
        "own": own,
        "as_of": status.as_of and status.as_of.astimezone(PEOPLES_ZONE),
    }
    return Template("region.html", context=context)


def _block(entry: RestrictionInfo, community: str) -> dict[str, Any]:
    names = [name for name in entry.communities if not community or matches(name, community)]
    return {
        "entry": entry,
        "since": entry.since.astimezone(PEOPLES_ZONE).date(),
        "names": names[:SHOWN],
        "more": (len(names) if community else entry.community_count) - len(names[:SHOWN]),
    }


def _concerns(block: dict[str, Any], community: str) -> bool:
    return not community or bool(block["names"]) or block["entry"].whole_area


PAGES: list[ControllerRouterHandler] = [find_region, show_region]
