"""States of money on its way and every move between them. A state without an entry in its table is final."""

from collections.abc import Mapping
from enum import StrEnum


class PaymentMethod(StrEnum):
    """Methods of payment. A card is authorised for the ceiling and captured later; Alipay is captured at once."""

    CARD = "card"
    ALIPAY = "alipay"


class PaymentState(StrEnum):
    """A payment's state. `failed` may be tried again with another method; `settling` awaits its final amounts."""

    CREATED = "created"
    PENDING = "pending"
    FAILED = "failed"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    SETTLING = "settling"
    SETTLED = "settled"
    CANCELLED = "cancelled"


_PAID_OR_GIVEN_UP = frozenset(
    {PaymentState.AUTHORISED, PaymentState.CAPTURED, PaymentState.SETTLING, PaymentState.CANCELLED}
)
PAYMENT_TRANSITIONS: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.CREATED: _PAID_OR_GIVEN_UP | {PaymentState.PENDING, PaymentState.FAILED},
    PaymentState.PENDING: _PAID_OR_GIVEN_UP | {PaymentState.FAILED},
    PaymentState.FAILED: _PAID_OR_GIVEN_UP | {PaymentState.PENDING},
    PaymentState.AUTHORISED: frozenset({PaymentState.SETTLING, PaymentState.CANCELLED}),
    PaymentState.CAPTURED: frozenset({PaymentState.SETTLING}),
    PaymentState.SETTLING: frozenset({PaymentState.SETTLED, PaymentState.CANCELLED}),
}


UNPAID = frozenset({PaymentState.CREATED, PaymentState.PENDING, PaymentState.FAILED})
"""Nothing is held yet, and the payment can still be made."""
HELD = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED})
"""The buyer's funds are held or captured, and not settled."""


class NextStep(StrEnum):
    """What a payer does next.

    `pay`: try a card or another method; `authenticate`: go to the bank's or Alipay's page, or try another card;
    `wait`: the bank has not answered yet; `none`: nothing.
    """

    PAY = "pay"
    AUTHENTICATE = "authenticate"
    WAIT = "wait"
    NONE = "none"


class RefundState(StrEnum):
    """A refund's state. `pending` waits at the provider, for funds or for the bank."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNRESOLVED = "unresolved"


REFUND_TRANSITIONS: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset(
        {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED, RefundState.UNRESOLVED}
    ),
    RefundState.UNRESOLVED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),  # the buyer's bank may send it back
}


class TransferState(StrEnum):
    """The state of money on its way to a seller's account at the provider; `cancelled` if nothing was left to send."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REVERSED = "reversed"
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    CANCELLED = "cancelled"


TRANSFER_TRANSITIONS: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.DUE: frozenset({TransferState.SENDING, TransferState.CANCELLED}),
    TransferState.SENDING: frozenset({TransferState.SENT, TransferState.FAILED, TransferState.UNRESOLVED}),
    TransferState.UNRESOLVED: frozenset({TransferState.SENT, TransferState.FAILED}),
    TransferState.SENT: frozenset({TransferState.REVERSED}),
    TransferState.FAILED: frozenset({TransferState.DUE}),
}


class ReversalState(StrEnum):
    """The state of taking a transfer back. `waiting`: the transfer has not gone yet. `short`: a part is owed."""

    WAITING = "waiting"
    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    SHORT = "short"
    CANCELLED = "cancelled"
    UNRESOLVED = "unresolved"


REVERSAL_TRANSITIONS: Mapping[ReversalState, frozenset[ReversalState]] = {
    ReversalState.WAITING: frozenset({ReversalState.REQUESTED, ReversalState.SHORT, ReversalState.CANCELLED}),
    ReversalState.REQUESTED: frozenset({ReversalState.SUCCEEDED, ReversalState.SHORT, ReversalState.UNRESOLVED}),
    ReversalState.UNRESOLVED: frozenset({ReversalState.SUCCEEDED, ReversalState.SHORT}),
}


class PayoutState(StrEnum):
    """The state of money on its way to a seller's bank; `held` while the payout account may not pay out."""

    SCHEDULED = "scheduled"
    HELD = "held"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    RETURNED = "returned"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNRESOLVED = "unresolved"


PAYOUT_TRANSITIONS: Mapping[PayoutState, frozenset[PayoutState]] = {
    PayoutState.SCHEDULED: frozenset(
        {PayoutState.HELD, PayoutState.IN_TRANSIT, PayoutState.FAILED, PayoutState.UNRESOLVED}
    ),
    PayoutState.HELD: frozenset({PayoutState.SCHEDULED}),
    PayoutState.UNRESOLVED: frozenset({PayoutState.IN_TRANSIT, PayoutState.FAILED}),
    PayoutState.IN_TRANSIT: frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELLED}),
    PayoutState.PAID: frozenset({PayoutState.RETURNED}),
}


class PayoutProvider(StrEnum):
    """Providers of payouts: Stripe, or our own staff by bank transfer."""

    STRIPE = "stripe"
    BANK_TRANSFER = "manual"


class BankAccountState(StrEnum):
    """The state of a seller's bank account: one operator checks it, another one verifies it, or either refuses it."""

    GIVEN = "given"
    CHECKED = "checked"
    VERIFIED = "verified"
    REFUSED = "refused"
    REPLACED = "replaced"


BANK_ACCOUNT_TRANSITIONS: Mapping[BankAccountState, frozenset[BankAccountState]] = {
    BankAccountState.GIVEN: frozenset({BankAccountState.CHECKED, BankAccountState.REFUSED, BankAccountState.REPLACED}),
    BankAccountState.CHECKED: frozenset(
        {BankAccountState.VERIFIED, BankAccountState.REFUSED, BankAccountState.REPLACED}
    ),
    BankAccountState.VERIFIED: frozenset({BankAccountState.REPLACED}),
    BankAccountState.REFUSED: frozenset({BankAccountState.REPLACED}),
}


class CallState(StrEnum):
    """The state of a call to the provider. `intent` is written before the call is made; `unresolved`: its answer was
    lost, and a look-up has not yet told what happened."""

    INTENT = "intent"
    DONE = "done"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"


CALL_TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    CallState.INTENT: frozenset({CallState.DONE, CallState.REFUSED, CallState.UNRESOLVED}),
    # A call stays unresolved if the look-up, or the call that follows it, brings no answer either.
    CallState.UNRESOLVED: frozenset({CallState.DONE, CallState.REFUSED, CallState.UNRESOLVED}),
}


class Operation(StrEnum):
    """Operations that a call asks of the provider: to move money, or to open what money moves to."""

    CREATE_PAYMENT = "create_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    CAPTURE = "capture"
    CANCEL_PAYMENT = "cancel_payment"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSE_TRANSFER = "reverse_transfer"
    PAYOUT = "payout"
    OPEN_ACCOUNT = "open_account"


class LedgerKind(StrEnum):
    """Kinds of accounts in the ledger; docs/decisions/0007-ledger.md says what each holds. Debits are positive."""

    PROVIDER_BALANCE = "provider_balance"
    CONNECTED_BALANCE = "connected_balance"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit"
    SELLER_RECEIVABLE = "seller_receivable"
    DISPUTED = "disputed"
    BUYER_FUNDS = "buyer_funds"
    REFUNDS_PAYABLE = "refunds_payable"
    SELLER_PAYABLE = "seller_payable"
    COMMISSION_REVENUE = "commission_revenue"
    PROVIDER_FEES = "provider_fees"
    DISPUTE_LOSSES = "dispute_losses"
    HARDSHIP = "hardship"
    OPERATING_BANK = "operating_bank"


PER_SELLER = frozenset(
    {
        LedgerKind.CONNECTED_BALANCE,
        LedgerKind.PAYOUTS_IN_TRANSIT,
        LedgerKind.SELLER_RECEIVABLE,
        LedgerKind.SELLER_PAYABLE,
    }
)
"""Kinds of which every seller has an account of their own; the others exist once per currency."""
