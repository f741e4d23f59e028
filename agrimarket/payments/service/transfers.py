"""Transfers to sellers: when an order is complete, less refunds, commission, open claims and what they owe."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.integrations.payment_gateway import TransferView
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.payments import ledger, queries, rules
from agrimarket.payments.events import TransferSent
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import Hold, PaymentSplit, PayoutAccount, Transfer
from agrimarket.payments.service import calls, manual_payouts, reversals
from agrimarket.payments.states import TRANSFER, LedgerKind, Operation, TransferState

MAX_ATTEMPTS = 10
"""After so many refusals a transfer waits for an operator."""
_OPEN = (TransferState.DUE, TransferState.SENDING, TransferState.UNRESOLVED, TransferState.FAILED)


def schedule_transfer(session: Session, reference_id: UUID, due_at: datetime) -> None:
    """Let the split's money go to its seller at `due_at`: what is then captured − refunded − commission − holds.

    Once for a split: again changes nothing. It waits until the payment is settled and the seller's account takes
    transfers.
    """
    part = _split(session, reference_id)
    if not queries.transfers_of(session, part.id):
        _add(session, part, 1, due_at)


def hold(session: Session, reference_id: UUID, amount: Money) -> None:
    """Keep `amount` of a split back while a claim is open; what was sent before is not affected."""
    part = _split(session, reference_id)
    session.add(Hold(split_id=part.id, amount=amount.amount))


def release_hold(session: Session, reference_id: UUID, amount: Money) -> None:
    """Let go of a hold of exactly `amount`; what it kept back of a transfer that has gone follows now.

    `NotFound` if there is none.
    """
    part = _split(session, reference_id)
    found = queries.oldest_hold(session, part.id, amount.amount)
    if found is None:
        raise NotFound
    found.released_at = clock.read(session)
    transfers = queries.transfers_of(session, part.id)
    if transfers and all(transfer.state not in _OPEN for transfer in transfers) and _sendable(session, part):
        _add(session, part, transfers[-1].sequence + 1, found.released_at)


def _split(session: Session, reference_id: UUID) -> PaymentSplit:
    part = queries.live_split(session, reference_id)
    if part is None:
        raise NotFound
    return part


def _add(session: Session, part: PaymentSplit, sequence: int, due_at: datetime) -> None:
    session.add(
        Transfer(split_id=part.id, seller_id=part.seller_id, sequence=sequence, due_at=due_at, currency=part.currency)
    )


def _sendable(session: Session, part: PaymentSplit) -> int:
    session.flush()  # a hold that was released a moment ago
    held = queries.held(session, part.id)
    return rules.sendable(
        rules.SplitFigures(part.captured, part.refunded, part.commission, part.transferred, part.clawed_back, held)
    )


def prepare_due(session: Session, limit: int = 100) -> int:
    """Fix the amounts of due transfers and have them sent; how many. Any number of workers may do this at once."""
    due = queries.due_transfers(session, MAX_ATTEMPTS, limit)
    for transfer_id, split_id in sorted(due, key=lambda pair: pair[1]):
        _prepare(session, transfer_id, split_id)
    return len(due)


def _prepare(session: Session, transfer_id: UUID, split_id: UUID) -> None:
    part, transfer = queries.split(session, split_id), queries.transfer(session, transfer_id)
    if transfer.state == TransferState.FAILED:
        states.move(transfer, TransferState.DUE, TRANSFER)
    if transfer.state != TransferState.DUE:
        return
    net = _sendable(session, part)
    if not net:
        states.move(transfer, TransferState.CANCELLED, TRANSFER)
        return
    owed = ledger.locked_balance(session, LedgerKind.SELLER_RECEIVABLE, part.seller_id, part.currency)
    transfer.withheld = min(net, max(0, owed))
    transfer.amount = net - transfer.withheld
    transfer.attempts += 1
    part.transferred += net
    states.move(transfer, TransferState.SENDING, TRANSFER)
    _withhold(session, transfer, transfer.withheld, "withholding")
    account = queries.payout_account(session, part.seller_id)
    assert account is not None  # noqa: S101 - `due_transfers` joined it
    if transfer.amount and not manual_payouts.is_manual(account):
        calls.prepare(session, Operation.TRANSFER, transfer.id, _request(session, part, transfer, account))
        return
    if transfer.amount:
        manual_payouts.set_aside(session, transfer)
    _sent(session, transfer, part)


def _request(session: Session, part: PaymentSplit, transfer: Transfer, account: PayoutAccount) -> dict[str, object]:
    payment = queries.payment(session, part.payment_id)
    assert payment is not None  # noqa: S101 - `due_transfers` joined it
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


def transfer_done(session: Session, transfer_id: UUID, view: TransferView) -> None:
    """The money is on the seller's account at the provider."""
    part, transfer = _lock(session, transfer_id)
    transfer.provider_id = view.id
    lines = [
        Line(LedgerKind.CONNECTED_BALANCE, transfer.amount, transfer.seller_id),
        Line(LedgerKind.PROVIDER_BALANCE, -transfer.amount),
    ]
    ledger.post(session, "transfer", ("transfer", transfer.id), lines, transfer.currency)
    queries.mark_funded(session, transfer.seller_id)
    _sent(session, transfer, part)
    reversals.start_waiting(session, transfer)


def _sent(session: Session, transfer: Transfer, part: PaymentSplit) -> None:
    states.move(transfer, TransferState.SENT, TRANSFER)
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


def transfer_refused(session: Session, transfer_id: UUID, code: str) -> None:
    """It did not go: as before it was prepared, and due again later, at most `MAX_ATTEMPTS` times."""
    part, transfer = _lock(session, transfer_id)
    states.move(transfer, TransferState.FAILED, TRANSFER)
    transfer.failure_code = code
    _withhold(session, transfer, -transfer.withheld, "withholding_undone")
    claimed = reversals.cancel_waiting(session, transfer)
    # Without a flush in between, since the row's constraint holds for the figures together.
    part.transferred -= transfer.amount + transfer.withheld
    part.clawed_back -= claimed
    transfer.amount = transfer.withheld = 0
    transfer.due_at = clock.read(session) + timedelta(minutes=min(2**transfer.attempts, 1440))


def transfer_unresolved(session: Session, transfer_id: UUID) -> None:
    """Nobody knows yet whether it went."""
    _, transfer = _lock(session, transfer_id)
    if transfer.state == TransferState.SENDING:
        states.move(transfer, TransferState.UNRESOLVED, TRANSFER)


def _lock(session: Session, transfer_id: UUID) -> tuple[PaymentSplit, Transfer]:
    part = queries.split(session, queries.split_of_transfer(session, transfer_id))
    return part, queries.transfer(session, transfer_id)
