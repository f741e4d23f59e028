"""Payouts by bank transfer: what is due to a seller is set aside, put into a payout, and sent by an operator.

`payouts_in_transit` of such a seller is credited when a transfer sets money aside and debited when the bank transfer
is sent from `operating_bank`: what is left there is what still has to be sent. Nothing of this reaches a provider.
"""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Principal
from agrimarket.payments import ledger, manual_queries, queries
from agrimarket.payments.events import PayoutPaid
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import BankAccount, Payout, PayoutAccount, Transfer
from agrimarket.payments.service import payouts
from agrimarket.payments.states import PAYOUT, LedgerKind, PayoutState

MANUAL = "manual"
RETURNED = "returned_by_bank"


def is_manual(account: PayoutAccount) -> bool:
    """Whether the seller is paid by bank transfer."""
    return account.provider == MANUAL


def set_aside(session: Session, transfer: Transfer) -> None:
    """Let the transfer's amount wait for the seller's next payout: once for a transfer."""
    account = _account(session, transfer)
    lines = [
        Line(LedgerKind.SELLER_PAYABLE, transfer.amount, transfer.seller_id),
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, -transfer.amount, transfer.seller_id),
    ]
    if ledger.post(session, "manual_transfer", ("transfer", transfer.id), lines, transfer.currency):
        account.has_funds = True


def keep_back(session: Session, transfer: Transfer, reversal_id: UUID, amount: int) -> int:
    """Take up to `amount` of what waits and is in no payout yet back for a refund; how much that was.

    What is in a payout may be on an operator's screen, or at the bank, so that it is left there.
    """
    account = _account(session, transfer)
    kept = min(amount, _waiting(session, account))
    lines = [
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, kept, transfer.seller_id),
        Line(LedgerKind.SELLER_PAYABLE, -kept, transfer.seller_id),
    ]
    ledger.post(session, "manual_transfer_kept", ("transfer_reversal", reversal_id), lines, transfer.currency)
    return kept


def _account(session: Session, transfer: Transfer) -> PayoutAccount:
    """Under its lock, so that a payout that is made at the same time sees all that is set aside."""
    account = queries.payout_account(session, transfer.seller_id, lock=True)
    assert account is not None  # noqa: S101 - a transfer is made to one
    return account


def _waiting(session: Session, account: PayoutAccount) -> int:
    """What is set aside and in no payout. The caller holds the account's lock."""
    balance = ledger.balance(
        session, LedgerKind.PAYOUTS_IN_TRANSIT, seller_id=account.seller_id, currency=account.currency
    )
    return max(0, -balance.amount - manual_queries.in_open_payouts(session, account.id))


def schedule(session: Session, limit: int = 200) -> int:
    """Write down a payout for every seller with money set aside and none to be sent; how many.

    Its amount stays as it is; what comes later waits for the next. `held` while the bank account is not verified.
    """
    made = 0
    for account_id in manual_queries.funded_accounts(session, limit):
        account = queries.account_with_id(session, account_id)
        amount = 0 if queries.open_payout(session, account.id) else _waiting(session, account)
        if amount:
            session.add(
                Payout(
                    payout_account_id=account.id,
                    seller_id=account.seller_id,
                    amount=amount,
                    currency=account.currency,
                    state=PayoutState.SCHEDULED if account.payouts_enabled else PayoutState.HELD,
                )
            )
            made += 1
        account.has_funds = False
        session.flush()
    return made


def to_send(session: Session, *, after: UUID | None = None, limit: int = 20) -> list[tuple[Payout, BankAccount]]:
    """Payouts that an operator has to send, oldest first, and the verified bank account of each."""
    return manual_queries.payouts_to_send(session, after, limit)


def sent(session: Session, *, before: UUID | None = None, limit: int = 20) -> list[Payout]:
    """Payouts that operators have sent and that have not come back, newest first."""
    return manual_queries.payouts_sent(session, before, limit)


def payout_of(session: Session, payout_id: UUID) -> tuple[Payout, BankAccount | None]:
    """A payout by bank transfer and the verified account it goes to; none while that is checked anew. `NotFound`."""
    found = manual_queries.manual_payout(session, payout_id)
    if found is None:
        raise NotFound
    return found


def mark_paid(session: Session, operator: Principal, payout_id: UUID, reference: str) -> Payout:
    """The bank transfer was sent, with that reference. The same again changes nothing.

    `IllegalTransition` for one that is held, or was sent with another reference; `NotFound` for one of a provider.
    """
    account, payout = _lock(session, payout_id)
    if payout.state == PayoutState.PAID and payout.reference == reference:
        return payout
    states.move(payout, PayoutState.IN_TRANSIT, PAYOUT)
    states.move(payout, PayoutState.PAID, PAYOUT)
    payout.reference, payout.checked_at = reference, clock.read(session)
    _book(session, payout, "manual_payout", payout.amount)
    session.flush()
    account.has_funds = _waiting(session, account) > 0
    outbox.record(
        session,
        PayoutPaid(payout_id=payout.id, seller_id=payout.seller_id, amount=payout.amount, currency=payout.currency),
    )
    audit.record(session, operator, "payout.marked_paid", encode("pyo", payout.id), {"reference": reference})
    return payout


def mark_returned(session: Session, operator: Principal, payout_id: UUID, reason: str) -> Payout:
    """The bank sent a transfer back: the money waits for another payout, which is made after an hour."""
    account, payout = _lock(session, payout_id)
    states.move(payout, PayoutState.RETURNED, PAYOUT)
    _book(session, payout, "manual_payout_returned", -payout.amount)
    account.has_funds = True
    payouts.failed(session, payout, RETURNED)
    audit.record(session, operator, "payout.marked_returned", encode("pyo", payout.id), {"reason": reason})
    return payout


def _lock(session: Session, payout_id: UUID) -> tuple[PayoutAccount, Payout]:
    found = manual_queries.payout_with_account(session, payout_id)
    if found is None:
        raise NotFound
    return found


def _book(session: Session, payout: Payout, kind: str, amount: int) -> None:
    lines = [
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, amount, payout.seller_id),
        Line(LedgerKind.OPERATING_BANK, -amount),
    ]
    ledger.post(session, kind, ("payout", payout.id), lines, payout.currency)
