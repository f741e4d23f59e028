"""States of money on its way, and every arrow between them."""

from collections.abc import Mapping
from enum import StrEnum


class PaymentMethod(StrEnum):
    """How a buyer pays. A card is authorised for the ceiling and captured later; Alipay is captured at once."""

    CARD = "card"
    ALIPAY = "alipay"


class PaymentState(StrEnum):
    """A payment. `failed` may be tried again with another method; `settling` has final amounts and waits for them."""

    CREATED = "created"
    PENDING = "pending"
    FAILED = "failed"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    SETTLING = "settling"
    SETTLED = "settled"
    CANCELLED = "cancelled"


PAYMENT: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.CREATED: frozenset(
        {
            PaymentState.PENDING,
            PaymentState.FAILED,
            PaymentState.AUTHORISED,
            PaymentState.CAPTURED,
            PaymentState.SETTLING,
            PaymentState.CANCELLED,
        }
    ),
    PaymentState.PENDING: frozenset(
        {
            PaymentState.FAILED,
            PaymentState.AUTHORISED,
            PaymentState.CAPTURED,
            PaymentState.SETTLING,
            PaymentState.CANCELLED,
        }
    ),
    PaymentState.FAILED: frozenset(
        {
            PaymentState.PENDING,
            PaymentState.AUTHORISED,
            PaymentState.CAPTURED,
            PaymentState.SETTLING,
            PaymentState.CANCELLED,
        }
    ),
    PaymentState.AUTHORISED: frozenset({PaymentState.SETTLING, PaymentState.CANCELLED}),
    PaymentState.CAPTURED: frozenset({PaymentState.SETTLING}),
    PaymentState.SETTLING: frozenset({PaymentState.SETTLED, PaymentState.CANCELLED}),
    PaymentState.SETTLED: frozenset(),
    PaymentState.CANCELLED: frozenset(),
}


class RefundState(StrEnum):
    """A refund to the buyer; `pending` waits at the provider, for funds or for the bank."""

    REQUESTED = "requested"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNRESOLVED = "unresolved"


REFUND: Mapping[RefundState, frozenset[RefundState]] = {
    RefundState.REQUESTED: frozenset(
        {RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED, RefundState.UNRESOLVED}
    ),
    RefundState.UNRESOLVED: frozenset({RefundState.PENDING, RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
}


class TransferState(StrEnum):
    """Money to a seller's account at the provider; `cancelled` where nothing was left to send."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REVERSED = "reversed"
    FAILED = "failed"
    UNRESOLVED = "unresolved"
    CANCELLED = "cancelled"


TRANSFER: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.DUE: frozenset({TransferState.SENDING, TransferState.CANCELLED}),
    TransferState.SENDING: frozenset({TransferState.SENT, TransferState.FAILED, TransferState.UNRESOLVED}),
    TransferState.UNRESOLVED: frozenset({TransferState.SENT, TransferState.FAILED}),
    TransferState.SENT: frozenset({TransferState.REVERSED}),
    TransferState.REVERSED: frozenset(),
    TransferState.FAILED: frozenset({TransferState.DUE}),
    TransferState.CANCELLED: frozenset(),
}


class ReversalState(StrEnum):
    """Taking back what was transferred; `waiting` for its transfer. `short`: a part is owed."""

    WAITING = "waiting"
    REQUESTED = "requested"
    SUCCEEDED = "succeeded"
    SHORT = "short"
    CANCELLED = "cancelled"
    UNRESOLVED = "unresolved"


REVERSAL: Mapping[ReversalState, frozenset[ReversalState]] = {
    ReversalState.WAITING: frozenset({ReversalState.REQUESTED, ReversalState.SHORT, ReversalState.CANCELLED}),
    ReversalState.REQUESTED: frozenset({ReversalState.SUCCEEDED, ReversalState.SHORT, ReversalState.UNRESOLVED}),
    ReversalState.UNRESOLVED: frozenset({ReversalState.SUCCEEDED, ReversalState.SHORT}),
    ReversalState.SUCCEEDED: frozenset(),
    ReversalState.SHORT: frozenset(),
    ReversalState.CANCELLED: frozenset(),
}


class PayoutState(StrEnum):
    """Money from a seller's account at the provider to their bank; `held` while the account may not pay out."""

    SCHEDULED = "scheduled"
    HELD = "held"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    RETURNED = "returned"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNRESOLVED = "unresolved"


PAYOUT: Mapping[PayoutState, frozenset[PayoutState]] = {
    PayoutState.SCHEDULED: frozenset(
        {
            PayoutState.HELD,
            PayoutState.IN_TRANSIT,
            PayoutState.FAILED,
            PayoutState.CANCELLED,
            PayoutState.UNRESOLVED,
        }
    ),
    PayoutState.HELD: frozenset({PayoutState.SCHEDULED, PayoutState.CANCELLED}),
    PayoutState.UNRESOLVED: frozenset({PayoutState.IN_TRANSIT, PayoutState.FAILED}),
    PayoutState.IN_TRANSIT: frozenset({PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELLED}),
    PayoutState.PAID: frozenset({PayoutState.RETURNED}),
    PayoutState.RETURNED: frozenset(),
    PayoutState.FAILED: frozenset(),
    PayoutState.CANCELLED: frozenset(),
}


class BankAccountState(StrEnum):
    """A seller's bank account of the `manual` provider: two operators look at it, one after the other."""

    GIVEN = "given"
    CHECKED = "checked"
    VERIFIED = "verified"
    REPLACED = "replaced"


BANK_ACCOUNT: Mapping[BankAccountState, frozenset[BankAccountState]] = {
    BankAccountState.GIVEN: frozenset({BankAccountState.CHECKED, BankAccountState.REPLACED}),
    BankAccountState.CHECKED: frozenset({BankAccountState.VERIFIED, BankAccountState.REPLACED}),
    BankAccountState.VERIFIED: frozenset({BankAccountState.REPLACED}),
    BankAccountState.REPLACED: frozenset(),
}


class CallState(StrEnum):
    """A call that moves money: written down before it is made, `unresolved` until a look-up tells."""

    INTENT = "intent"
    DONE = "done"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"


CALL: Mapping[CallState, frozenset[CallState]] = {
    CallState.INTENT: frozenset({CallState.DONE, CallState.REFUSED, CallState.UNRESOLVED}),
    CallState.UNRESOLVED: frozenset({CallState.DONE, CallState.REFUSED}),
    CallState.DONE: frozenset(),
    CallState.REFUSED: frozenset(),
}


class Operation(StrEnum):
    """The calls that move money, or make what money moves to."""

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
    """The chart of accounts; docs/decisions/0007-ledger.md says what each holds. Debits are positive."""

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
"""Kinds of which every seller has an account of their own; the others exist once a currency."""
