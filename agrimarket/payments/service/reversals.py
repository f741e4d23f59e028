"""Reversals: the part of a refund that exceeds what a seller was still to get is taken back from what they were sent.

A remainder that cannot be taken back is the seller's debt.
"""

from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import TransferView
from agrimarket.kernel import outbox, states
from agrimarket.payments import rules
from agrimarket.payments.events import ReceivableBooked
from agrimarket.payments.models.refunds import Refund
from agrimarket.payments.models.reversals import TransferReversal
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.models.transfers import Transfer
from agrimarket.payments.queries import payout_accounts, transfers
from agrimarket.payments.queries import reversals as queries
from agrimarket.payments.service import bank_transfers, calls, ledger
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import (
    REVERSAL_TRANSITIONS,
    TRANSFER_TRANSITIONS,
    LedgerKind,
    Operation,
    ReversalState,
    TransferState,
)

_GONE = (TransferState.SENDING, TransferState.UNRESOLVED, TransferState.SENT)


def plan(session: Session, refund: Refund, part: PaymentSplit, over: int) -> None:
    """Plan to take `over` minor units back from transfers, newest first. The caller holds the split's lock."""
    if not over:
        return
    gone = [transfer for transfer in transfers.of_split(session, part.id) if transfer.state in _GONE]
    left = [transfer.amount - _planned(session, transfer.id) for transfer in gone]
    session.flush()  # reversals refer to the refund
    for transfer, amount, there in zip(gone, rules.take_back(over, left), left, strict=True):
        if amount:
            debt = max(0, amount - there)
            reversal = TransferReversal(
                transfer_id=transfer.id, refund_id=refund.id, amount=amount, currency=refund.currency
            )
            session.add(reversal)
            _owe(session, reversal, transfer, debt)


def _planned(session: Session, transfer_id: UUID) -> int:
    """Amount that earlier refunds take back of a transfer, without what is owed instead."""
    planned = queries.of_transfer(session, transfer_id)
    return sum(each.amount - each.shortfall for each in planned if each.state != ReversalState.CANCELLED)


def _owe(session: Session, reversal: TransferReversal, transfer: Transfer, debt: int) -> None:
    if not debt:
        return
    reversal.shortfall += debt
    _book(session, reversal, transfer, debt)
    outbox.record(
        session,
        ReceivableBooked(
            seller_id=transfer.seller_id, refund_id=reversal.refund_id, amount=debt, currency=reversal.currency
        ),
    )


def _book(session: Session, reversal: TransferReversal, transfer: Transfer, debt: int) -> None:
    """Move `debt` from what we owe the seller to what they owe us; back if it is negative."""
    lines = [
        Line(LedgerKind.SELLER_RECEIVABLE, debt, transfer.seller_id),
        Line(LedgerKind.SELLER_PAYABLE, -debt, transfer.seller_id),
    ]
    kind = "receivable" if debt > 0 else "receivable_undone"
    key = f"{kind}:{reversal.id}:{reversal.shortfall}"
    ledger.post(session, kind, ("transfer_reversal", reversal.id), lines, reversal.currency, key=key)


def start(session: Session, refund_id: UUID) -> None:
    """Take back what the refund planned: at once from transfers that were sent, from others once they are sent."""
    for planned in queries.of_refund(session, refund_id):
        transfer = transfers.one(session, planned.transfer_id)
        if transfer.state == TransferState.SENT:
            _request(session, transfer, queries.one(session, planned.id))


def start_waiting(session: Session, transfer: Transfer) -> None:
    """Take back what refunds waited for, now that the transfer was sent. The caller holds its lock."""
    for planned in queries.of_transfer(session, transfer.id):
        if not calls.is_open(session, Operation.REFUND, planned.refund_id):
            _request(session, transfer, planned)


def cancel_waiting(session: Session, transfer: Transfer) -> int:
    """Cancel the reversals of a transfer that failed; returns what refunds had claimed of it.

    The caller holds the locks of split and transfer, and takes that sum off the split's figures.
    """
    claimed = 0
    for planned in queries.of_transfer(session, transfer.id):
        if planned.state == ReversalState.WAITING:
            states.move(planned, ReversalState.CANCELLED, REVERSAL_TRANSITIONS)
            claimed += planned.amount
            _book(session, planned, transfer, -planned.shortfall)
            planned.shortfall = 0
    return claimed


def _request(session: Session, transfer: Transfer, reversal: TransferReversal) -> None:
    if reversal.state != ReversalState.WAITING:
        return
    amount = reversal.amount - reversal.shortfall
    if not amount:
        states.move(reversal, ReversalState.SHORT, REVERSAL_TRANSITIONS)
        return
    states.move(reversal, ReversalState.REQUESTED, REVERSAL_TRANSITIONS)
    _call(session, transfer, reversal, amount)


def _call(session: Session, transfer: Transfer, reversal: TransferReversal, amount: int) -> None:
    account = payout_accounts.of_seller(session, transfer.seller_id)
    if account is not None and bank_transfers.applies_to(account):
        kept = bank_transfers.keep_back(session, transfer, reversal.id, amount)
        _owe(session, reversal, transfer, amount - kept)
        _came_back(transfer, reversal, kept)
        return
    request = {
        "transfer": transfer.provider_id,
        "amount": amount,
        "currency": transfer.currency,
        "account": account and account.provider_id,
    }
    calls.prepare(session, Operation.REVERSE_TRANSFER, reversal.id, request)


def _lock(session: Session, reversal_id: UUID) -> tuple[Transfer, TransferReversal]:
    transfer_id = queries.transfer_of(session, reversal_id)
    transfer = transfers.one(session, transfer_id)
    return transfer, queries.one(session, reversal_id)


def done(session: Session, reversal_id: UUID, view: TransferView) -> None:
    """Record that the amount of `view` is back on our balance."""
    transfer, reversal = _lock(session, reversal_id)
    reversal.provider_id = view.id
    _came_back(transfer, reversal, view.amount)
    lines = [
        Line(LedgerKind.PROVIDER_BALANCE, view.amount),
        Line(LedgerKind.CONNECTED_BALANCE, -view.amount, transfer.seller_id),
    ]
    ledger.post(session, "transfer_reversal", ("transfer_reversal", reversal.id), lines, reversal.currency)


def _came_back(transfer: Transfer, reversal: TransferReversal, amount: int) -> None:
    reversal.reversed = amount
    states.move(reversal, ReversalState.SHORT if reversal.shortfall else ReversalState.SUCCEEDED, REVERSAL_TRANSITIONS)
    transfer.reversed += amount
    if transfer.reversed == transfer.amount:
        states.move(transfer, TransferState.REVERSED, TRANSFER_TRANSITIONS)


def refused(session: Session, reversal_id: UUID, available: int) -> None:
    """Record that the seller's account does not cover it: asks for what is `available` there; the rest is owed."""
    transfer, reversal = _lock(session, reversal_id)
    wanted = reversal.amount - reversal.shortfall
    # The amount falls each time, so this ends even if the balance keeps falling while we ask.
    reachable = max(0, min(available, wanted - 1))
    _owe(session, reversal, transfer, wanted - reachable)
    if reachable:
        _call(session, transfer, reversal, reachable)
    else:
        states.move(reversal, ReversalState.SHORT, REVERSAL_TRANSITIONS)


def unresolved(session: Session, reversal_id: UUID) -> None:
    """Record that it is not known yet whether the amount was taken back."""
    _, reversal = _lock(session, reversal_id)
    if reversal.state == ReversalState.REQUESTED:
        states.move(reversal, ReversalState.UNRESOLVED, REVERSAL_TRANSITIONS)
