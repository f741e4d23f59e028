"""Transfers: a sale's money for its seller, less refunds, commission, open claims and what the seller owes us."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import ProviderRefused, TransferView
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import found
from agrimarket.kernel.money import Money
from agrimarket.payments import rules
from agrimarket.payments.events import TransferSent
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.models.transfers import Hold, Transfer
from agrimarket.payments.queries import payments, payout_accounts, splits
from agrimarket.payments.queries import transfers as queries
from agrimarket.payments.service import bank_transfers, calls, ledger, reversals
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import TRANSFER_TRANSITIONS, LedgerKind, Operation, TransferState

MAX_ATTEMPTS = 10
"""Refusals after which a transfer waits for an operator."""
_OPEN = (TransferState.DUE, TransferState.SENDING, TransferState.UNRESOLVED, TransferState.FAILED)


def schedule(session: Session, reference_id: UUID, due_at: datetime) -> None:
    """Send the split's money to its seller at `due_at`: what is captured − refunded − commission − holds at that time.

    A split is scheduled once; a further call changes nothing. The transfer waits until the payment is settled and the
    seller's account can take transfers.
    """
    part = found(splits.live(session, reference_id))
    if not queries.of_split(session, part.id):
        _add(session, part, 1, due_at)


def hold(session: Session, reference_id: UUID, amount: Money) -> None:
    """Hold back `amount` of a split while a claim is open; money that was sent before is not affected."""
    part = found(splits.live(session, reference_id))
    session.add(Hold(split_id=part.id, amount=amount.amount))


def release_hold(session: Session, reference_id: UUID, amount: Money) -> None:
    """Release a hold of exactly `amount`; what it held back of a transfer already sent follows now.

    `NotFound` if there is no such hold.
    """
    part = found(splits.live(session, reference_id))
    released = found(queries.oldest_hold(session, part.id, amount.amount))
    released.released_at = clock.read(session)
    sent = queries.of_split(session, part.id)
    if sent and all(transfer.state not in _OPEN for transfer in sent) and _sendable(session, part):
        _add(session, part, sent[-1].sequence + 1, released.released_at)


def _add(session: Session, part: PaymentSplit, sequence: int, due_at: datetime) -> None:
    session.add(
        Transfer(split_id=part.id, seller_id=part.seller_id, sequence=sequence, due_at=due_at, currency=part.currency)
    )


def _sendable(session: Session, part: PaymentSplit) -> int:
    session.flush()  # a hold may have been released a moment ago
    held = queries.held(session, part.id)
    return rules.sendable(
        rules.SplitFigures(part.captured, part.refunded, part.commission, part.transferred, part.clawed_back, held)
    )


def prepare_due(session: Session, limit: int = 100) -> int:
    """Set the amounts of due transfers and have them sent; returns how many. Many workers may do this at once."""
    due = queries.due(session, MAX_ATTEMPTS, limit)
    for transfer_id, split_id in sorted(due, key=lambda pair: pair[1]):
        _prepare(session, transfer_id, split_id)
    return len(due)


def _prepare(session: Session, transfer_id: UUID, split_id: UUID) -> None:
    part, transfer = splits.one(session, split_id), queries.one(session, transfer_id)
    if transfer.state == TransferState.FAILED:
        states.move(transfer, TransferState.DUE, TRANSFER_TRANSITIONS)
    if transfer.state != TransferState.DUE:
        return
    net = _sendable(session, part)
    if not net:
        states.move(transfer, TransferState.CANCELLED, TRANSFER_TRANSITIONS)
        return
    owed = ledger.locked_balance(session, LedgerKind.SELLER_RECEIVABLE, part.seller_id, part.currency)
    transfer.withheld = min(net, max(0, owed))
    transfer.amount = net - transfer.withheld
    transfer.attempts += 1
    part.transferred += net
    states.move(transfer, TransferState.SENDING, TRANSFER_TRANSITIONS)
    _withhold(session, transfer, transfer.withheld, "withholding")
    account = found(payout_accounts.of_seller(session, part.seller_id))
    if transfer.amount and not bank_transfers.applies_to(account):
        calls.prepare(session, Operation.TRANSFER, transfer.id, _request(session, part, transfer, account))
        return
    if transfer.amount:
        bank_transfers.set_aside(session, transfer)
    _sent(session, transfer, part)


def _request(session: Session, part: PaymentSplit, transfer: Transfer, account: PayoutAccount) -> dict[str, object]:
    payment = found(payments.one(session, part.payment_id))
    return {
        "amount": transfer.amount,
        "currency": transfer.currency,
        "destination": account.provider_id,
        "charge": payment.charge_id,
        "transfer_group": payment.transfer_group,
    }


def _withhold(session: Session, transfer: Transfer, amount: int, kind: str) -> None:
    lines = [
        Line(LedgerKind.SELLER_PAYABLE, amount, transfer.seller_id),
        Line(LedgerKind.SELLER_RECEIVABLE, -amount, transfer.seller_id),
    ]
    key = f"{kind}:{transfer.id}:{transfer.attempts}"
    ledger.post(session, kind, ("transfer", transfer.id), lines, transfer.currency, key=key)


def done(session: Session, transfer_id: UUID, view: TransferView) -> None:
    """Record that the money is on the seller's account at the provider."""
    part, transfer = _lock(session, transfer_id)
    transfer.provider_id = view.id
    lines = [
        Line(LedgerKind.CONNECTED_BALANCE, transfer.amount, transfer.seller_id),
        Line(LedgerKind.PROVIDER_BALANCE, -transfer.amount),
    ]
    ledger.post(session, "transfer", ("transfer", transfer.id), lines, transfer.currency)
    payout_accounts.mark_funded(session, transfer.seller_id)
    _sent(session, transfer, part)
    reversals.start_waiting(session, transfer)


def _sent(session: Session, transfer: Transfer, part: PaymentSplit) -> None:
    states.move(transfer, TransferState.SENT, TRANSFER_TRANSITIONS)
    transfer.sent_at = clock.read(session)
    outbox.record(
        session,
        TransferSent(
            transfer_id=transfer.id,
            seller_id=transfer.seller_id,
            reference_id=part.reference_id,
            amount=transfer.amount,
            currency=transfer.currency,
        ),
    )


def refused(session: Session, transfer_id: UUID, error: ProviderRefused) -> None:
    """Undo what was prepared for a transfer that did not go; it is due again later, at most `MAX_ATTEMPTS` times."""
    part, transfer = _lock(session, transfer_id)
    states.move(transfer, TransferState.FAILED, TRANSFER_TRANSITIONS)
    transfer.failure_code = error.code
    _withhold(session, transfer, -transfer.withheld, "withholding_undone")
    claimed = reversals.cancel_waiting(session, transfer)
    # Without a flush in between, since the row's constraint holds for the figures together.
    part.transferred -= transfer.amount + transfer.withheld
    part.clawed_back -= claimed
    transfer.amount = transfer.withheld = 0
    transfer.due_at = clock.read(session) + timedelta(minutes=min(2**transfer.attempts, 1440))


def unresolved(session: Session, transfer_id: UUID) -> None:
    """Record that it is not known yet whether the transfer went."""
    _, transfer = _lock(session, transfer_id)
    if transfer.state == TransferState.SENDING:
        states.move(transfer, TransferState.UNRESOLVED, TRANSFER_TRANSITIONS)


def _lock(session: Session, transfer_id: UUID) -> tuple[PaymentSplit, Transfer]:
    part = splits.one(session, queries.split_of(session, transfer_id))
    return part, queries.one(session, transfer_id)
