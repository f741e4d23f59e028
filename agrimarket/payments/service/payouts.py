"""Payouts: from a seller's account at the provider to their bank, as soon as there is something to pay out."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import PayoutView, ProviderRefused
from agrimarket.kernel import clock, outbox, states
from agrimarket.payments.events import PayoutFailed, PayoutPaid
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.queries import payout_accounts
from agrimarket.payments.queries import payouts as queries
from agrimarket.payments.service import calls, ledger
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import PAYOUT_TRANSITIONS, LedgerKind, Operation, PayoutState

_TARGETS = {
    "paid": PayoutState.PAID,
    "failed": PayoutState.FAILED,
    "canceled": PayoutState.CANCELLED,
}


def of_seller(session: Session, seller_id: UUID, *, before: UUID | None = None, limit: int = 20) -> list[Payout]:
    """A seller's payouts, newest first."""
    return queries.of_seller(session, seller_id, before=before, limit=limit)


def schedule(session: Session, limit: int = 200) -> int:
    """Write a payout for every seller with money at the provider and none on its way out; returns how many.

    A payout is `held` until its account may pay out. After a failure the next try waits an hour.
    """
    return queries.insert_due(session, limit)


def hold_or_release(session: Session, account: PayoutAccount) -> None:
    """Hold the scheduled payout while the account may not pay out, and release it once it may."""
    source, target = (
        (PayoutState.HELD, PayoutState.SCHEDULED)
        if account.payouts_enabled
        else (PayoutState.SCHEDULED, PayoutState.HELD)
    )
    payout = queries.waiting(session, account.id)
    if payout is not None and payout.state == source and not calls.is_open(session, Operation.PAYOUT, payout.id):
        states.move(payout, target, PAYOUT_TRANSITIONS)


def prepare(session: Session, payout_id: UUID, available: int) -> UUID | None:
    """Set a scheduled payout's amount to what is `available` at the provider; returns the call that sends it.

    None if there is nothing to pay out yet, or another process has it.
    """
    payout = queries.one(session, payout_id)
    if payout.state != PayoutState.SCHEDULED:
        return None
    payout.checked_at = clock.read(session)  # a payout that cannot go yet lets others pass
    if calls.is_open(session, Operation.PAYOUT, payout.id):
        return None
    ours = ledger.balance(session, LedgerKind.CONNECTED_BALANCE, seller_id=payout.seller_id, currency=payout.currency)
    amount = min(ours.amount, available)
    if amount <= 0:
        return None
    payout.amount = amount
    account = payout_accounts.one(session, payout.payout_account_id)
    request = {"account": account.provider_id, "amount": amount, "currency": payout.currency}
    return calls.prepare(session, Operation.PAYOUT, payout.id, request, by_worker=False)


def done(session: Session, payout_id: UUID, view: PayoutView) -> None:
    """Record that the payout has left the seller's account at the provider."""
    payout = queries.one(session, payout_id)
    payout.provider_id = view.id
    states.move(payout, PayoutState.IN_TRANSIT, PAYOUT_TRANSITIONS)
    _book(session, payout, "payout", LedgerKind.PAYOUTS_IN_TRANSIT, LedgerKind.CONNECTED_BALANCE)
    account = payout_accounts.one(session, payout.payout_account_id)
    ours = ledger.balance(session, LedgerKind.CONNECTED_BALANCE, seller_id=payout.seller_id, currency=payout.currency)
    account.has_funds = ours.amount > 0
    _apply(session, payout, view)


def refused(session: Session, payout_id: UUID, error: ProviderRefused) -> None:
    """Record that the payout did not go; the money is still on the seller's account at the provider."""
    payout = queries.one(session, payout_id)
    states.move(payout, PayoutState.FAILED, PAYOUT_TRANSITIONS)
    failed(session, payout, error.code)


def unresolved(session: Session, payout_id: UUID) -> None:
    """Record that it is not known yet whether the payout went."""
    payout = queries.one(session, payout_id)
    if payout.state == PayoutState.SCHEDULED:
        states.move(payout, PayoutState.UNRESOLVED, PAYOUT_TRANSITIONS)


def apply(session: Session, payout_id: UUID, view: PayoutView) -> None:
    """Bring a payout to its state at the provider: only forward, and each step once."""
    _apply(session, queries.one(session, payout_id), view)


def _apply(session: Session, payout: Payout, view: PayoutView) -> None:
    payout.arrives_at, payout.checked_at = view.arrives_at or payout.arrives_at, clock.read(session)
    target = _TARGETS.get(view.status)
    if target == PayoutState.FAILED and payout.state == PayoutState.PAID:
        target = PayoutState.RETURNED
    if target is None or target not in PAYOUT_TRANSITIONS.get(payout.state, frozenset()):
        return
    if target == PayoutState.PAID:
        _book(session, payout, "payout_paid", LedgerKind.SELLER_PAYABLE, LedgerKind.PAYOUTS_IN_TRANSIT)
    elif target == PayoutState.RETURNED:
        _book(session, payout, "payout_returned", LedgerKind.CONNECTED_BALANCE, LedgerKind.SELLER_PAYABLE)
    else:
        _book(session, payout, "payout_failed", LedgerKind.CONNECTED_BALANCE, LedgerKind.PAYOUTS_IN_TRANSIT)
    states.move(payout, target, PAYOUT_TRANSITIONS)
    if target == PayoutState.PAID:
        outbox.record(
            session,
            PayoutPaid(payout_id=payout.id, seller_id=payout.seller_id, amount=payout.amount, currency=payout.currency),
        )
    else:
        payout_accounts.mark_funded(session, payout.seller_id)
        failed(session, payout, view.failure_code)


def failed(session: Session, payout: Payout, code: str | None) -> None:
    """Record why the money did not reach the bank, and tell the seller."""
    payout.failure_code, payout.checked_at = code, clock.read(session)
    outbox.record(
        session,
        PayoutFailed(
            payout_id=payout.id,
            seller_id=payout.seller_id,
            amount=payout.amount,
            currency=payout.currency,
            code=code,
        ),
    )


def _book(session: Session, payout: Payout, kind: str, debit: LedgerKind, credit: LedgerKind) -> None:
    lines = [Line(debit, payout.amount, payout.seller_id), Line(credit, -payout.amount, payout.seller_id)]
    ledger.post(session, kind, ("payout", payout.id), lines, payout.currency)
