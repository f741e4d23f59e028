"""JSON handlers of a person's own account."""

from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.people import MeIn, MeOut
from agrimarket.accounts.service import people
from agrimarket.http.handlers import get, patch
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope

TAGS = ["people"]


@get("/me", tags=TAGS, summary="Who I am", scopes=(Scope.PROFILE_READ,))
def read_me(principal: NamedDependency[Principal], db: NamedDependency[Database]) -> MeOut:
    """The caller, and their seller and buyer accounts."""
    with db.reading() as session:
        return MeOut.of(people.profile(session, principal))


@patch("/me", tags=TAGS, summary="Change my name or language")
def change_me(data: JSONBody[MeIn], principal: NamedDependency[Principal], db: NamedDependency[Database]) -> MeOut:
    """Messages to the caller are in `language` from then on."""
    with db.transaction() as session:
        people.describe(session, principal.person_id, display_name=data.display_name, language=data.language)
        return MeOut.of(people.profile(session, principal))


HANDLERS: list[ControllerRouterHandler] = [read_me, change_me]
