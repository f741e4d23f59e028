"""The HTML handler of a region's state: closures, their beginnings and their notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions import communities
from agrimarket.regions.rules import CLOSING
from agrimarket.regions.service import restrictions, served, serviceability
from agrimarket.regions.types import RegionStatus, RestrictionInfo, Verdict

SHOWN = 60
"""Names shown of each restriction, so that the page stays small on a weak signal; a search finds the others."""


@page("/regions/{code:str}")
def show_region(
    code: FromPath[str],
    db: NamedDependency[Database],
    language: NamedDependency[str],
    community: Annotated[str, QueryParameter(max_length=200)] = "",
) -> Template:
    """A region's state, and whether the reader's own community is closed."""
    with db.reading() as session:
        status = restrictions.status(session, code)
        unserved = served.not_delivered(session, code)
        own = serviceability.between(session, code, code, community) if community else None
    context = {
        "language": language,
        "community": community,
        "own": own,
        "unserved": unserved,
        **_shown(status, community),
    }
    return Template("restrictions.html", context=context)


@dataclass(frozen=True, slots=True)
class Block:
    """A restriction as the page shows it: at most `SHOWN` names, and how many `more` there are."""

    entry: RestrictionInfo
    since: date
    names: Sequence[str]
    more: int

    @property
    def closes(self) -> bool:
        """Whether it forbids deliveries."""
        return self.entry.level in CLOSING


def _shown(status: RegionStatus, community: str) -> dict[str, Any]:
    """Values of the page for `status`; with a community only those that concern it."""
    blocks = [_block(entry, community) for entry in status.restrictions]
    closing = [block for block in blocks if block.closes]
    return {
        "status": status,
        "any_closed": bool(closing),
        "closing": [block for block in closing if not community or block.names or block.entry.whole_area],
        "informing": [block for block in blocks if not block.closes and not community],
        "sources": list(dict.fromkeys(block.entry.source for block in blocks)),
        "as_of": status.as_of and status.as_of.astimezone(PEOPLES_ZONE),
    }


def _block(entry: RestrictionInfo, community: str) -> Block:
    names = [
        name for name in entry.communities if not community or communities.verdict(name, community) is not Verdict.OPEN
    ]
    count = len(names) if community else entry.community_count
    return Block(entry, entry.since.astimezone(PEOPLES_ZONE).date(), names[:SHOWN], count - len(names[:SHOWN]))


HANDLERS: list[ControllerRouterHandler] = [show_region]
