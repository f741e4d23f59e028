"""JSON handlers of buyers."""

from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.schemas.buyers import BuyerIn, BuyerOut
from agrimarket.accounts.service import buyers
from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal


@post("/buyers", tags=["people"], summary="Register as a buyer")
def register(
    data: JSONBody[BuyerIn],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    idempotency: NamedDependency[Idempotency],
) -> BuyerOut:
    """A person has one buyer account: a further request changes it."""

    def act() -> BuyerOut:
        buyer_id = buyers.register(session, principal.person_id, data.kind, data.display_name, data.region_code)
        return BuyerOut.of(buyers.get(session, buyer_id))

    with db.transaction() as session:
        return idempotency.run(session, BuyerOut, act)


HANDLERS: list[ControllerRouterHandler] = [register]
