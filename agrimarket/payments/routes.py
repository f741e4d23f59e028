"""JSON handlers of `payments`."""

from typing import Annotated
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, RawBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor, Limit
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PaymentId
from agrimarket.payments import flows, ledger, routes_manual, service
from agrimarket.payments.ledger import Entry
from agrimarket.payments.models import Payout, Reconciliation
from agrimarket.payments.schemas import (
    EntryOut,
    LedgerOut,
    OnboardingOut,
    OpenPayoutAccount,
    PaymentOut,
    PayoutAccountOut,
    PayoutOut,
    Received,
    ReconciliationOut,
    StatementLine,
)
from agrimarket.payments.service import views

ENTRIES: Paging[Entry, UUID] = by_id("ent")
RECONCILIATIONS: Paging[Reconciliation, UUID] = by_id("rec")
PAYOUTS: Paging[Payout, UUID] = by_id("pyo")


@get("/payments/{payment_id:str}", tags=["payments"], summary="A payment, for its payer and for operators")
def read_payment(
    payment_id: FromPath[PaymentId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> PaymentOut:
    """As far as we know: the provider's answer may still be on its way."""
    with db.transaction() as session:
        return PaymentOut.of(*views.payment_of(session, principal, payment_id))


@get("/ledger", tags=["operations"], summary="The trial balance")
def read_ledger(db: NamedDependency[Database], operator: NamedDependency[Principal]) -> LedgerOut:
    """Every kind of account, and their sum, which is zero."""
    with db.reading() as session:
        return LedgerOut.of(ledger.trial_balance(session))


@get("/ledger/entries", tags=["operations"], summary="Journal entries, newest first")
def read_entries(
    db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[EntryOut]:
    """With all their postings."""
    window = ENTRIES.window(cursor, limit)
    with db.reading() as session:
        found = ledger.entries(session, before=window.after, limit=window.rows)
    return window.page(found, EntryOut.of)


@get("/reconciliations", tags=["operations"], summary="Comparisons of the ledger with the provider, newest first")
def read_reconciliations(
    db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[ReconciliationOut]:
    """One an hour, and those that were asked for."""
    window = RECONCILIATIONS.window(cursor, limit)
    with db.reading() as session:
        found = views.reconciliations(session, before=window.after, limit=window.rows)
    return window.page(found, ReconciliationOut.of)


@post("/reconciliations", tags=["operations"], summary="Compare the ledger with the provider now")
def run_reconciliation(
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    operator: NamedDependency[Principal],
) -> ReconciliationOut:
    """Asks the provider for the platform's balance and every seller's."""
    return ReconciliationOut.of(flows.reconcile(db, gateway))


@get("/payout-account", tags=["sellers"], summary="Where the seller is paid")
def read_payout_account(db: NamedDependency[Database], seller: NamedDependency[Principal]) -> PayoutAccountOut:
    """What the account may do, and what the provider still asks for."""
    with db.reading() as session:
        return PayoutAccountOut.of(service.payout_account(session, seller.require_seller()))


@post("/payout-account", tags=["sellers"], summary="Open the account where the seller is paid, or go on with it")
def open_payout_account(
    data: JSONBody[OpenPayoutAccount],
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    seller: NamedDependency[Principal],
) -> OnboardingOut:
    """The provider's address where the seller gives their details. A new address each time; one account for ever."""
    link = flows.open_payout_account(
        db, gateway, seller.require_seller(), str(data.return_url), str(data.refresh_url), country=data.country
    )
    return OnboardingOut(url=link.url)


@get("/payouts", tags=["sellers"], summary="The seller's payouts, newest first")
def read_payouts(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[PayoutOut]:
    """What was sent to the seller's bank, or waits for it."""
    window = PAYOUTS.window(cursor, limit)
    with db.reading() as session:
        found = views.payouts_of(session, seller.require_seller(), before=window.after, limit=window.rows)
    return window.page(found, PayoutOut.of)


@get("/statements", tags=["sellers"], summary="What changed in what the seller is owed, newest first")
def read_statement(
    db: NamedDependency[Database], seller: NamedDependency[Principal], cursor: Cursor = None, limit: Limit = 20
) -> Page[StatementLine]:
    """Sales less commission, refunds, payouts, and what was withheld for a debt."""
    window = ENTRIES.window(cursor, limit)
    with db.reading() as session:
        found = ledger.entries(session, seller_id=seller.require_seller(), before=window.after, limit=window.rows)
    return window.page(found, StatementLine.of)


@post("/stripe", status_code=200, tags=["webhooks"], summary="Events of Stripe")
def stripe_webhook(
    body: RawBody,
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    signature: Annotated[str, HeaderParameter(name="Stripe-Signature")] = "",
) -> Received:
    """Verified, stored once, and answered at once; what follows happens after."""
    return Received(new=flows.take_in(db, gateway, body, signature))


ROUTES: list[ControllerRouterHandler] = [
    read_payment,
    read_ledger,
    read_entries,
    read_reconciliations,
    run_reconciliation,
    read_payout_account,
    open_payout_account,
    read_payouts,
    read_statement,
    *routes_manual.ROUTES,
]
WEBHOOKS: list[ControllerRouterHandler] = [stripe_webhook]
