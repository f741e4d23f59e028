"""A seller's payouts."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.http.params import Cursor, Limit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.schemas.payouts import PayoutOut
from agrimarket.payments.service import payouts

PAYOUTS: Paging[Payout, UUID] = by_id("pyo")


@get("/payouts", tags=["sellers"], summary="The seller's payouts, newest first", scopes=(Scope.PAYOUTS_READ,))
def read_payouts(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[PayoutOut]:
    """Payouts that were sent to the seller's bank, or wait to be."""
    window = PAYOUTS.window(cursor, limit)
    with db.reading() as session:
        found = payouts.of_seller(session, seller.require_seller(), before=window.after, limit=window.rows)
    return window.page(found, PayoutOut.of)


ROUTES: list[ControllerRouterHandler] = [read_payouts]
