"""JSON handlers of following a region."""

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import delete, get, put
from agrimarket.http.params import Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.regions.schemas.follows import FollowOut
from agrimarket.regions.service import follows

TAGS = ["regions"]


@get("/me/regions", tags=TAGS, summary="Regions that I follow", scopes=(Scope.NOTIFICATIONS_READ,))
def list_follows(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Page[FollowOut]:
    """At most fifty, in the order of their codes."""
    with db.reading() as session:
        return Page[FollowOut](items=[FollowOut.of(each) for each in follows.mine(session, principal)])


@put(
    "/regions/{code:str}/follow",
    tags=TAGS,
    summary="Tell me when a region changes",
    status_code=204,
    scopes=(Scope.NOTIFICATIONS_WRITE,),
)
def follow_region(code: Word, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> None:
    """A text each time that a notice changes what is in force there, beneath it, or in what it lies in."""
    with db.transaction() as session:
        follows.begin(session, principal, code)


@delete(
    "/regions/{code:str}/follow",
    tags=TAGS,
    summary="Tell me no more about a region",
    status_code=204,
    scopes=(Scope.NOTIFICATIONS_WRITE,),
)
def unfollow_region(code: Word, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> None:
    """Ends the texts. Twice does no harm."""
    with db.transaction() as session:
        follows.end(session, principal, code)


HANDLERS: list[ControllerRouterHandler] = [list_follows, follow_region, unfollow_region]
