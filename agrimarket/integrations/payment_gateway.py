"""The port to a payment provider: the calls that `payments` makes, their answers, and their errors.

Money is integer minor units. Errors differ by the one thing that matters: whether the call took effect.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, runtime_checkable

from agrimarket.kernel.money import Money


class ProviderError(Exception):
    """A call failed at the provider or on the way."""


class MadePayment(NamedTuple):
    """A payment intent that was made although its payment was refused: it can be tried again with another method."""

    id: str
    client_secret: str | None


class ProviderRefused(ProviderError):
    """The provider said no: it did not happen, and will not unless something changes.

    `made` is the payment intent that is there all the same, where a card was refused.
    """

    def __init__(
        self, code: str, decline_code: str | None = None, message: str = "", *, made: MadePayment | None = None
    ) -> None:
        super().__init__(code, decline_code, message)
        self.code = code
        self.decline_code = decline_code
        self.made = made


class ProviderUnavailable(ProviderError):
    """The call certainly had no effect and may be sent again."""


class ProviderUnknown(ProviderError):
    """The call may have had its effect: look it up before anything else."""


class ProviderMalformed(ProviderUnknown):
    """The answer lacks a field that it must have, which is named: what the call did has to be looked up."""


class WebhookUnacceptable(ProviderError):
    """The webhook cannot be trusted."""


class WebhookMalformed(WebhookUnacceptable):
    """The webhook is signed, but it is no event."""


class Tender(NamedTuple):
    """How a payer pays: the provider's token of a card, None for a method without one; and where to come back to."""

    payment_method: str | None
    return_url: str


class Reference(NamedTuple):
    """Our stored idempotency key, and the id that the new object will carry in its metadata."""

    key: str
    id: str


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment intent as it stands. `fee` is None until Stripe has booked the charge; `reference` is our own id.

    `method` is the one that it can be paid by, where there is only one.
    """

    id: str
    status: str
    amount: int
    received: int
    client_secret: str | None
    redirect_url: str | None
    charge_id: str | None
    fee: int | None
    failure_code: str | None
    decline_code: str | None
    reference: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class RefundView:
    """The present state of a refund; `booked` once it has left our balance."""

    id: str
    status: str
    booked: bool
    failure_code: str | None


@dataclass(frozen=True, slots=True)
class TransferView:
    """A transfer, or a reversal of one."""

    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class PayoutView:
    """The present state of a payout."""

    id: str
    status: str
    arrives_at: datetime | None
    failure_code: str | None


@dataclass(frozen=True, slots=True)
class AccountView:
    """A connected account, and what it may do."""

    id: str
    details_submitted: bool
    transfers_enabled: bool
    payouts_enabled: bool
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnboardingLink:
    """The provider's address where an account's holder gives their details. It opens once, for as long as `lasts`."""

    url: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Balance:
    """Minor units by currency (upper case)."""

    available: Mapping[str, int]
    total: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount that a dispute took from our balance (negative) or gave back, and its fee."""

    id: str
    amount: int
    fee: int


@dataclass(frozen=True, slots=True)
class DisputeView:
    """The present state of a dispute."""

    id: str
    payment_id: str | None
    status: str
    amount: int
    currency: str
    movements: tuple[Movement, ...]


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An event of an object of Stripe; only a hint, since it may be late, doubled or out of order."""

    id: str
    type: str
    created: int
    object_id: str
    account: str | None
    payment_intent: str | None


@runtime_checkable
class PaymentGateway(Protocol):
    """Calls that `payments` makes to a provider.

    Every method may raise `ProviderRefused` (no effect, with the reason), `ProviderUnavailable` (certainly no effect)
    or `ProviderUnknown` (perhaps an effect). The `find_…` methods look up the object that a reference made.
    """

    def create_payment(
        self,
        reference: Reference,
        amount: Money,
        *,
        method: str,
        manual_capture: bool,
        transfer_group: str,
        tender: Tender | None = None,
    ) -> PaymentView:
        """Make a payment known; with `tender` it is confirmed in the same call."""
        ...

    def confirm_payment(
        self,
        key: str,
        payment_id: str,
        *,
        method: str,
        payment_method: str | None,
        return_url: str,
        manual_capture: bool | None = None,
    ) -> PaymentView:
        """Try to pay; what was tried before and waits for the payer is over with that.

        `manual_capture` is given where `method` is another than before.
        """
        ...

    def payment(self, payment_id: str) -> PaymentView: ...
    def find_payment(self, reference_id: str) -> PaymentView | None: ...
    def capture_payment(self, key: str, payment_id: str, amount: int) -> PaymentView: ...
    def cancel_payment(self, key: str, payment_id: str) -> PaymentView: ...
    def create_refund(self, reference: Reference, payment_id: str, amount: int) -> RefundView: ...
    def refund(self, refund_id: str) -> RefundView: ...
    def find_refund(self, reference_id: str, payment_id: str) -> RefundView | None: ...
    def create_transfer(
        self, reference: Reference, amount: Money, *, destination: str, charge_id: str, transfer_group: str
    ) -> TransferView: ...
    def find_transfer(self, reference_id: str, transfer_group: str) -> TransferView | None: ...
    def reverse_transfer(self, reference: Reference, transfer_id: str, amount: int) -> TransferView: ...
    def find_reversal(self, reference_id: str, transfer_id: str) -> TransferView | None: ...
    def create_payout(self, reference: Reference, account_id: str, amount: Money) -> PayoutView: ...
    def payout(self, account_id: str, payout_id: str) -> PayoutView: ...
    def find_payout(self, reference_id: str, account_id: str) -> PayoutView | None: ...
    def create_account(self, reference: Reference, *, country: str, currency: str) -> AccountView: ...
    def account(self, account_id: str) -> AccountView: ...
    def find_account(self, reference_id: str) -> AccountView | None: ...
    def onboarding_link(self, account_id: str, return_url: str, refresh_url: str) -> OnboardingLink: ...
    def balance(self, account_id: str | None = None) -> Balance: ...
    def dispute(self, dispute_id: str) -> DisputeView: ...
    def events(self, since: int, until: int) -> Sequence[ProviderEvent]: ...
    def newest_event(self) -> ProviderEvent | None: ...
    def read_webhook(self, body: bytes, signature: str) -> ProviderEvent: ...
