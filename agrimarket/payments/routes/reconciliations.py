"""Comparisons of the ledger with the provider."""

from uuid import UUID

from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.payments.flows import reconciliations as flows
from agrimarket.payments.models.reconciliations import Reconciliation
from agrimarket.payments.schemas.reconciliations import ReconciliationOut
from agrimarket.payments.service import reconciliations

RECONCILIATIONS: Paging[Reconciliation, UUID] = by_id("rec")


@get(
    "/reconciliations",
    tags=["operations"],
    summary="Comparisons of the ledger with the provider, newest first",
    scopes=(Scope.LEDGER_READ,),
)
def read_reconciliations(
    db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[ReconciliationOut]:
    """Comparisons are made every hour, and when an operator asks."""
    window = RECONCILIATIONS.window(cursor, limit)
    with db.reading() as session:
        found = reconciliations.newest(session, before=window.after, limit=window.rows)
    return window.page(found, ReconciliationOut.of)


@post("/reconciliations", tags=["operations"], summary="Compare the ledger with the provider now")
def run_reconciliation(
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    operator: NamedDependency[Principal],
) -> ReconciliationOut:
    """Ask the provider for the balances of the platform and of every seller, and compare them with the ledger."""
    return ReconciliationOut.of(flows.compare(db, gateway))


ROUTES: list[ControllerRouterHandler] = [read_reconciliations, run_reconciliation]
