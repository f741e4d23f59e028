"""Events of `payments`, for other packages and for its own workers."""

from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class PaymentSucceeded(Event):
    """The buyer's funds are held (card) or captured (Alipay): once for a payment."""

    topic: ClassVar[str] = "payment.succeeded"
    payment_id: UUID
    source_type: str
    source_id: UUID


class PaymentFailed(Event):
    """An attempt to pay was refused; the payer may try again with another method. `code` is the provider's."""

    topic: ClassVar[str] = "payment.failed"
    payment_id: UUID
    source_type: str
    source_id: UUID
    code: str | None = None


class PaymentMethodChanged(Event):
    """The payer goes on with another method than the one that the payment was begun with."""

    topic: ClassVar[str] = "payment.method_changed"
    payment_id: UUID
    source_type: str
    source_id: UUID
    method: str


class PaymentCancelled(Event):
    """Nothing is held or captured any more: we cancelled, or the authorisation lapsed before settlement."""

    topic: ClassVar[str] = "payment.cancelled"
    payment_id: UUID
    source_type: str
    source_id: UUID
    lapsed: bool = False


class PaymentSettled(Event):
    """The final amounts are ours: minor units by reference, for those splits that kept something."""

    topic: ClassVar[str] = "payment.settled"
    payment_id: UUID
    source_type: str
    source_id: UUID
    amounts: dict[UUID, int]
    currency: str


class PaymentDisputed(Event):
    """The payer's bank contests a payment; `status` is the provider's (`needs_response`, `won`, `lost` …)."""

    topic: ClassVar[str] = "payment.disputed"
    payment_id: UUID
    dispute_id: str
    status: str
    amount: int
    currency: str


class RefundSucceeded(Event):
    """The provider has sent the money back to the buyer."""

    topic: ClassVar[str] = "refund.succeeded"
    refund_id: UUID
    reference_id: UUID
    amount: int
    currency: str


class RefundFailed(Event):
    """The refund did not reach the buyer; it stays in `refunds_payable` until an operator finds another way."""

    topic: ClassVar[str] = "refund.failed"
    refund_id: UUID
    reference_id: UUID
    amount: int
    currency: str
    code: str | None = None


class TransferSent(Event):
    """A seller's part of a payment is on their account at the provider, or set aside for a bank transfer."""

    topic: ClassVar[str] = "transfer.sent"
    transfer_id: UUID
    seller_id: UUID
    reference_id: UUID
    amount: int
    currency: str


class ReceivableBooked(Event):
    """A refund could not be clawed back from the seller, who now owes the rest."""

    topic: ClassVar[str] = "receivable.booked"
    seller_id: UUID
    refund_id: UUID
    amount: int
    currency: str


class PayoutPaid(Event):
    """A payout has reached the seller's bank."""

    topic: ClassVar[str] = "payout.paid"
    payout_id: UUID
    seller_id: UUID
    amount: int
    currency: str


class PayoutFailed(Event):
    """A payout did not reach the seller's bank, or came back from it."""

    topic: ClassVar[str] = "payout.failed"
    payout_id: UUID
    seller_id: UUID
    amount: int
    currency: str
    code: str | None = None


class PayoutAccountEnabled(Event):
    """The seller's account can take transfers and pay out, for the first time."""

    topic: ClassVar[str] = "payout_account.enabled"
    seller_id: UUID


class BankAccountRefused(Event):
    """Staff found that the seller's bank account is not right; they read why at their payout account."""

    topic: ClassVar[str] = "bank_account.refused"
    seller_id: UUID


class CallPrepared(Event):
    """A provider call is written down and has to be made."""

    topic: ClassVar[str] = "payments.call_prepared"
    call_id: UUID


class PaymentStale(Event):
    """A payment's state at the provider is not the one that we stored; it has to be looked up again."""

    topic: ClassVar[str] = "payments.payment_stale"
    payment_id: UUID


class StripeEventReceived(Event):
    """A verified event of Stripe was stored; a hint to look up its object again."""

    topic: ClassVar[str] = "stripe.event_received"
    event_id: str
    type: str
    object_id: str
    account: str | None = None
    payment_intent: str | None = None
