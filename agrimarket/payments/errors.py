"""Refusals of `payments`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, DomainError, Invalid, Kind, Unavailable


class SplitsUnsound(Invalid):
    """No splits, splits in several currencies, one reference twice, or nothing to pay."""

    code: ClassVar[str] = "payment.splits_unsound"


class PaymentExists(Conflict):
    """The source has a payment already, of other amounts."""

    code: ClassVar[str] = "payment.exists"


class PaymentRefused(DomainError):
    """The payer's bank or the provider refused the payment; `details` has their codes."""

    code: ClassVar[str] = "payment.refused"
    kind = Kind.PAYMENT_REFUSED


class PaymentClosed(Conflict):
    """The payment is being settled, is settled or is cancelled, so that this can no longer be done."""

    code: ClassVar[str] = "payment.closed"


class PaymentUnderWay(Conflict):
    """Another attempt at the payment has begun and has not ended, or ended just now; this one changed nothing."""

    code: ClassVar[str] = "payment.under_way"


class CardMissing(Invalid):
    """A payment that was begun another way is paid by card only with the card's token."""

    code: ClassVar[str] = "payment.card_missing"


class PaymentNotHeld(Conflict):
    """The buyer's funds are neither held nor captured."""

    code: ClassVar[str] = "payment.not_held"


class PaymentNotSettled(Conflict):
    """The final amounts are not captured yet."""

    code: ClassVar[str] = "payment.not_settled"


class FinalAmountsUnsound(Invalid):
    """The final amounts do not name every split, or exceed what was authorised."""

    code: ClassVar[str] = "payment.finals_unsound"


class RefundTooLarge(Invalid):
    """The refund is more than what is left of the split; `details` says how much that is."""

    code: ClassVar[str] = "refund.too_large"


class RefundKeyReused(Conflict):
    """The refund's key was used for another refund."""

    code: ClassVar[str] = "refund.key_reused"


class ProviderAway(Unavailable):
    """The payment provider does not answer; what was begun is written down and will be finished."""

    code: ClassVar[str] = "payment.provider_away"


class PayoutAccountRefused(DomainError):
    """The provider cannot open an account for this seller; `details` has the provider's code."""

    code: ClassVar[str] = "payout_account.refused"
    kind = Kind.INVALID


class OtherProvider(Conflict):
    """The seller is paid another way already, and money may be on its way there."""

    code: ClassVar[str] = "payout_account.other_provider"


class SameVerifier(Conflict):
    """The operator has checked this bank account; another one has to verify it."""

    code: ClassVar[str] = "bank_account.same_verifier"


class OwnBankAccount(Conflict):
    """The operator is the seller, and nobody verifies their own bank account."""

    code: ClassVar[str] = "bank_account.own"


class BankAccountReplaced(Conflict):
    """The seller has given another bank account since."""

    code: ClassVar[str] = "bank_account.replaced"


class WebhookUnreadable(DomainError):
    """The webhook is signed, but is no event as the provider makes them (400)."""

    code: ClassVar[str] = "webhook.unreadable"
    kind = Kind.UNREADABLE


class WebhookRefused(DomainError):
    """The webhook's signature, time or mode is not one that we accept."""

    code: ClassVar[str] = "webhook.refused"
    kind = Kind.UNAUTHENTICATED
