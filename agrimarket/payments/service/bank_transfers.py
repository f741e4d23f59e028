"""Payouts by bank transfer: money due to a seller is set aside, put into a payout, and sent by an operator.

The ledger account `payouts_in_transit` of a seller paid this way is credited when a transfer sets money aside and
debited when the bank transfer is sent from `operating_bank`: its balance is what still has to be sent. None of this
involves a provider.
"""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.drive import drive
from agrimarket.kernel import clock, outbox, states
from agrimarket.kernel.calling import call_by
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.payments.events import PayoutPaid
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.models.transfers import Transfer
from agrimarket.payments.queries import bank_transfers as queries
from agrimarket.payments.queries import payout_accounts
from agrimarket.payments.service import ledger, payouts
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import PAYOUT_TRANSITIONS, LedgerKind, PayoutProvider, PayoutState

RETURNED = "returned_by_bank"
"""Failure code of a payout that the bank sent back."""


def applies_to(account: PayoutAccount) -> bool:
    """Whether the account's seller is paid by bank transfer."""
    return account.provider == PayoutProvider.BANK_TRANSFER


def set_aside(session: Session, transfer: Transfer) -> None:
    """Set the transfer's amount aside for the seller's next payout; once for each transfer."""
    account = _account_of(session, transfer)
    lines = [
        Line(LedgerKind.SELLER_PAYABLE, transfer.amount, transfer.seller_id),
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, -transfer.amount, transfer.seller_id),
    ]
    if ledger.post(session, "manual_transfer", ("transfer", transfer.id), lines, transfer.currency):
        account.has_funds = True


def keep_back(session: Session, transfer: Transfer, reversal_id: UUID, amount: int) -> int:
    """Take back, for a refund, up to `amount` of what is set aside and in no payout yet; returns how much was taken.

    Money in a payout may be on an operator's screen, or at the bank, so it is left there.
    """
    account = _account_of(session, transfer)
    kept = min(amount, _in_no_payout(session, account))
    lines = [
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, kept, transfer.seller_id),
        Line(LedgerKind.SELLER_PAYABLE, -kept, transfer.seller_id),
    ]
    ledger.post(session, "manual_transfer_kept", ("transfer_reversal", reversal_id), lines, transfer.currency)
    return kept


def _account_of(session: Session, transfer: Transfer) -> PayoutAccount:
    """Seller's payout account under its lock, so that a payout made at the same time sees all that is set aside."""
    return found(payout_accounts.of_seller(session, transfer.seller_id, lock=True))


def _in_no_payout(session: Session, account: PayoutAccount) -> int:
    """Sum that is set aside and in no payout, in minor units. The caller holds the account's lock."""
    balance = ledger.balance(
        session, LedgerKind.PAYOUTS_IN_TRANSIT, seller_id=account.seller_id, currency=account.currency
    )
    return max(0, -balance.amount - queries.in_waiting_payouts(session, account.id))


def schedule(session: Session, limit: int = 200) -> int:
    """Write a payout for every seller with money set aside and no payout to be sent; returns how many were written.

    A payout's amount is fixed; money set aside later waits for the next. `held` while the bank account is unverified.
    """
    return sum(_schedule(session, account_id) for account_id in queries.accounts_to_pay(session, limit))


def _schedule(session: Session, account_id: UUID) -> bool:
    account = payout_accounts.one(session, account_id)
    amount = 0 if queries.in_waiting_payouts(session, account.id) else _in_no_payout(session, account)
    if amount:
        now, state = clock.read(session), PayoutState.SCHEDULED if account.payouts_enabled else PayoutState.HELD
        session.add(
            Payout(
                payout_account_id=account.id,
                seller_id=account.seller_id,
                amount=amount,
                currency=account.currency,
                state=state,
                promised_by=call_by(now, now + drive().windows.bank_sent, drive().calling),
            )
        )
    account.has_funds = False
    session.flush()  # the next account's statements see this one's payout
    return amount > 0


def to_send(session: Session, *, after: UUID | None = None, limit: int = 20) -> list[tuple[Payout, BankAccount]]:
    """Payouts that an operator has to send, oldest first, and the verified bank account of each."""
    return queries.to_send(session, after, limit)


def sent(session: Session, *, before: UUID | None = None, limit: int = 20) -> list[Payout]:
    """Payouts that operators have sent and that have not come back, newest first."""
    return queries.sent(session, before, limit)


def one(session: Session, payout_id: UUID) -> tuple[Payout, BankAccount | None]:
    """A payout by bank transfer, and the account it goes to; None while no account is verified. `NotFound`."""
    return found(queries.one(session, payout_id))


def mark_paid(session: Session, operator: Principal, payout_id: UUID, reference: str) -> Payout:
    """Record that the bank transfer was sent under the bank's `reference`. The same again changes nothing.

    `IllegalTransition` for a payout that is held, or was sent with another reference; `NotFound` for a provider's.
    """
    account, payout = found(queries.with_payout_account(session, payout_id))
    if payout.state == PayoutState.PAID and payout.reference == reference:
        return payout
    states.move(payout, PayoutState.IN_TRANSIT, PAYOUT_TRANSITIONS)
    states.move(payout, PayoutState.PAID, PAYOUT_TRANSITIONS)
    payout.reference, payout.checked_at = reference, clock.read(session)
    _book(session, payout, "manual_payout", payout.amount)
    session.flush()  # what is in no payout is counted below
    account.has_funds = _in_no_payout(session, account) > 0
    outbox.record(
        session,
        PayoutPaid(payout_id=payout.id, seller_id=payout.seller_id, amount=payout.amount, currency=payout.currency),
    )
    _audit(session, operator, "payout.marked_paid", payout, {"reference": reference})
    return payout


def mark_returned(session: Session, operator: Principal, payout_id: UUID, reason: str) -> Payout:
    """Record that the bank sent a transfer back: the money waits for a new payout, which is made after an hour."""
    account, payout = found(queries.with_payout_account(session, payout_id))
    states.move(payout, PayoutState.RETURNED, PAYOUT_TRANSITIONS)
    _book(session, payout, "manual_payout_returned", -payout.amount)
    account.has_funds = True
    payouts.failed(session, payout, RETURNED)
    _audit(session, operator, "payout.marked_returned", payout, {"reason": reason})
    return payout


def _audit(session: Session, operator: Principal, action: str, payout: Payout, details: dict[str, str]) -> None:
    audit.record(session, operator, action, reference("payout", payout.id), details)


def _book(session: Session, payout: Payout, kind: str, amount: int) -> None:
    lines = [
        Line(LedgerKind.PAYOUTS_IN_TRANSIT, amount, payout.seller_id),
        Line(LedgerKind.OPERATING_BANK, -amount),
    ]
    ledger.post(session, kind, ("payout", payout.id), lines, payout.currency)
