"""JSON handlers of mandates."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.mandates import MandateIn, MandateOut, MandatesOut
from agrimarket.accounts.service import mandates
from agrimarket.http.handlers import delete, get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import MandateId

TAGS = ["people"]


@get("/mandates", tags=TAGS, summary="List who sells for whom", scopes=(Scope.PROFILE_READ,))
def read(principal: NamedDependency[Principal], db: NamedDependency[Database]) -> MandatesOut:
    """Who may sell for the caller, and whose `Agrimarket-Seller` the caller may send."""
    with db.reading() as session:
        given, held = mandates.given_by(session, principal), mandates.held_by(session, principal)
    return MandatesOut(given=[MandateOut.of(each) for each in given], held=[MandateOut.of(each) for each in held])


@post("/mandates", tags=TAGS, summary="Let somebody sell for me")
def give(
    data: JSONBody[MandateIn],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    idempotency: NamedDependency[Idempotency],
) -> MandateOut:
    """They handle the caller's stock, listings and orders until either of the two ends it. Money stays the caller's."""
    with db.transaction() as session:
        return idempotency.run(
            session, MandateOut, lambda: MandateOut.of(mandates.give_by_phone(session, principal, data.phone))
        )


@delete("/mandates/{mandate_id:str}", tags=TAGS, summary="End a mandate", status_code=204)
def end(mandate_id: FromPath[MandateId], principal: NamedDependency[Principal], db: NamedDependency[Database]) -> None:
    """Either of the two can; what the agent has done stays."""
    with db.transaction() as session:
        mandates.end(session, principal, mandate_id)


HANDLERS: list[ControllerRouterHandler] = [read, give, end]
