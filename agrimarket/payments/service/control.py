"""Control: disputes into the books, and the books against the provider's balances."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import DisputeView
from agrimarket.kernel import outbox
from agrimarket.payments import ledger, queries
from agrimarket.payments.events import PaymentDisputed
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import Reconciliation
from agrimarket.payments.service import calls
from agrimarket.payments.states import LedgerKind

PLATFORM = "platform"
_LOST = frozenset({"lost"})


@dataclass(frozen=True, slots=True)
class AccountToCompare:
    """A connected account whose balance we keep books on."""

    seller_id: UUID
    provider_id: str


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the provider says: whole balances by currency, of the platform (seller None) or of a seller's account."""

    seller_id: UUID | None
    totals: Mapping[str, int]


def apply_dispute(session: Session, view: DisputeView) -> None:
    """Book what a dispute took and gave back, each movement once; a lost one becomes a loss, once."""
    payment_id = queries.payment_at_provider(session, view.payment_id) if view.payment_id else None
    if payment_id is None:
        return
    source = ("payment", payment_id)
    news = False
    for movement in view.movements:
        lines = [
            Line(LedgerKind.DISPUTED, -movement.amount),
            Line(LedgerKind.PROVIDER_FEES, movement.fee),
            Line(LedgerKind.PROVIDER_BALANCE, movement.amount - movement.fee),
        ]
        news |= ledger.post(session, "dispute", source, lines, view.currency, key=f"dispute:{movement.id}")
    if view.status in _LOST:
        lines = [Line(LedgerKind.DISPUTE_LOSSES, view.amount), Line(LedgerKind.DISPUTED, -view.amount)]
        news |= ledger.post(session, "dispute_lost", source, lines, view.currency, key=f"dispute_lost:{view.id}")
    if news:
        outbox.record(
            session,
            PaymentDisputed(
                payment_id=payment_id,
                dispute_id=view.id,
                status=view.status,
                amount=view.amount,
                currency=view.currency,
            ),
        )


def accounts_to_compare(session: Session) -> list[AccountToCompare]:
    """The connected accounts that our books know, in order."""
    found = queries.accounts_at_provider(session)
    return [AccountToCompare(account.seller_id, account.provider_id) for account in found if account.provider_id]


def record_reconciliation(session: Session, theirs: list[Theirs]) -> Reconciliation:
    """Compare the provider's balances with our books and keep what differs.

    While calls are in flight a difference may be theirs only for a moment; their number is kept with it.
    """
    platform = {
        line.currency: line.balance
        for line in ledger.trial_balance(session)
        if line.kind == LedgerKind.PROVIDER_BALANCE
    }
    connected = ledger.by_seller(session, LedgerKind.CONNECTED_BALANCE)
    differences: list[dict[str, object]] = []
    for balance in theirs:
        ours = (
            platform
            if balance.seller_id is None
            else {currency: amount for (seller, currency), amount in connected.items() if seller == balance.seller_id}
        )
        for currency in sorted(ours.keys() | balance.totals.keys()):
            book, there = ours.get(currency, 0), balance.totals.get(currency, 0)
            if book != there:
                account = PLATFORM if balance.seller_id is None else str(balance.seller_id)
                differences.append({"account": account, "currency": currency, "ledger": book, "provider": there})
    row = Reconciliation(accounts=len(theirs), in_flight=calls.in_flight(session), differences=differences)
    session.add(row)
    session.flush()  # its time is the database's
    return row
