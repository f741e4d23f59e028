"""Stripe's objects, read into the port's views.

Any field may be missing, null, of another type or of a value that is not known yet: whatever is read is read by
`text`, `number`, `flag` or `part`, which answer None then. What a view cannot be without is read by `required`, whose
error says which field it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

import stripe

from agrimarket.integrations.payment_gateway import (
    AccountView,
    Balance,
    DisputeView,
    MadePayment,
    Movement,
    OnboardingLink,
    PaymentView,
    PayoutView,
    ProviderEvent,
    ProviderMalformed,
    RefundView,
    TransferView,
)

REFERENCE: Final = "agrimarket_id"
"""The metadata key under which Stripe's objects carry our ids."""
REDIRECTS: Final = (
    ("alipay_handle_redirect", "url"),
    ("redirect_to_url", "url"),
    ("wechat_pay_display_qr_code", "hosted_instructions_url"),
)
"""Where a payment's next action tells the page that the payer goes to; it has only the one that the method needs."""
METHODS: Final = frozenset({"card", "alipay"})
"""Methods that a payment of ours has."""
_LARGEST: Final = 2**63 - 1
Value = TypeVar("Value")


def part(subject: Any, *path: str) -> Any:
    """What stands at `path` in an object of Stripe's; None where anything on the way is missing."""
    for name in path:
        if not isinstance(subject, stripe.StripeObject | Mapping) or name not in subject:
            return None
        subject = subject[name]  # pyright: ignore[reportUnknownVariableType]
    return subject  # pyright: ignore[reportUnknownVariableType]


def text(subject: Any, *path: str) -> str | None:
    """A text that can be stored and is not empty."""
    value = part(subject, *path)
    return value if isinstance(value, str) and value and "\0" not in value and value.isprintable() else None


def number(subject: Any, *path: str) -> int | None:
    """A whole number that can be stored."""
    value = part(subject, *path)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST else None


def flag(subject: Any, *path: str) -> bool | None:
    """True or False."""
    value = part(subject, *path)
    return value if isinstance(value, bool) else None


def rows(subject: Any, *path: str) -> list[Any]:
    """A list's items; none where there is no list."""
    value = part(subject, *path)
    return list(value) if isinstance(value, list | tuple) else []  # pyright: ignore[reportUnknownArgumentType]


def id_of(subject: Any, *path: str) -> str | None:
    """Id of an object that stands there, expanded or not."""
    return text(subject, *path) or text(subject, *path, "id")


def required(value: Value | None, subject: Any, *path: str) -> Value:
    """A value that was read at `path` and cannot be done without; `ProviderMalformed` if it is missing."""
    if value is None:
        kind = text(subject, "object") or "object"
        raise ProviderMalformed(f"{kind}.{'.'.join(path)}")
    return value


def _text(subject: Any, *path: str) -> str:
    return required(text(subject, *path), subject, *path)


def _number(subject: Any, *path: str) -> int:
    return required(number(subject, *path), subject, *path)


def moment(subject: Any, *path: str) -> datetime | None:
    """A time that Stripe gives in seconds."""
    seconds = number(subject, *path)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def first(objects: Iterator[Any], reference_id: str, most: int) -> Any:
    """The first of the newest `most` objects that carries our id."""
    for _, found in zip(range(most), objects, strict=False):
        if text(found, "metadata", REFERENCE) == reference_id:
            return found
    return None


def payment(intent: Any) -> PaymentView:
    """A payment intent; a fee is known only where the charge and its booking are expanded."""
    status, received = _text(intent, "status"), number(intent, "amount_received")
    if status == "succeeded":
        required(received, intent, "amount_received")
    return PaymentView(
        id=_text(intent, "id"),
        status=status,
        amount=_number(intent, "amount"),
        received=received or 0,
        client_secret=text(intent, "client_secret"),
        redirect_url=_redirect(intent),
        charge_id=id_of(intent, "latest_charge"),
        fee=number(intent, "latest_charge", "balance_transaction", "fee"),
        failure_code=text(intent, "last_payment_error", "code") or text(intent, "last_payment_error", "type"),
        decline_code=text(intent, "last_payment_error", "decline_code"),
        reference=text(intent, "metadata", REFERENCE),
        method=_only_method(intent),
    )


def _only_method(intent: Any) -> str | None:
    types = rows(intent, "payment_method_types")
    return types[0] if len(types) == 1 and types[0] in METHODS else None


def _redirect(intent: Any) -> str | None:
    if text(intent, "status") != "requires_action":
        return None
    urls = (text(intent, "next_action", *path) for path in REDIRECTS)
    return next((url for url in urls if url and url.startswith(("https://", "http://"))), None)


def made_payment(error: stripe.CardError) -> MadePayment | None:
    """The payment intent that a refusal tells of."""
    intent = part(error.error, "payment_intent")
    intent_id = text(intent, "id")
    return None if intent_id is None else MadePayment(intent_id, text(intent, "client_secret"))


def refund(subject: Any) -> RefundView:
    """A refund; one without a status is on its way."""
    return RefundView(
        id=_text(subject, "id"),
        status=text(subject, "status") or "pending",
        booked=part(subject, "balance_transaction") is not None,
        failure_code=text(subject, "failure_reason"),
    )


def transfer(subject: Any) -> TransferView:
    """A transfer, or a reversal of one."""
    return TransferView(_text(subject, "id"), _number(subject, "amount"))


def payout(subject: Any) -> PayoutView:
    """A payout."""
    return PayoutView(
        id=_text(subject, "id"),
        status=_text(subject, "status"),
        arrives_at=moment(subject, "arrival_date"),
        failure_code=text(subject, "failure_code"),
    )


def account(subject: Any) -> AccountView:
    """A connected account; what it does not tell it may not do."""
    requirements = rows(subject, "requirements", "currently_due")
    return AccountView(
        id=_text(subject, "id"),
        details_submitted=flag(subject, "details_submitted") or False,
        transfers_enabled=text(subject, "capabilities", "transfers") == "active",
        payouts_enabled=flag(subject, "payouts_enabled") or False,
        requirements=tuple(name for name in requirements if isinstance(name, str) and "\0" not in name),
    )


def onboarding_link(subject: Any) -> OnboardingLink:
    """An address for an account's holder."""
    lasts = _number(subject, "expires_at") - _number(subject, "created")
    if not 0 <= lasts <= timedelta.max.days:
        raise ProviderMalformed("account_link.expires_at")
    return OnboardingLink(_text(subject, "url"), timedelta(seconds=lasts))


def balance(subject: Any) -> Balance:
    """What is available, and with what is pending the total."""
    required(part(subject, "available"), subject, "available")
    available = _sums(rows(subject, "available"))
    return Balance(available, _sums([*rows(subject, "available"), *rows(subject, "pending")]))


def _sums(funds: Iterable[Any]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for each in funds:
        currency = _text(each, "currency").upper()
        sums[currency] = sums.get(currency, 0) + _number(each, "amount")
    return sums


def dispute(subject: Any) -> DisputeView:
    """A dispute with what it moved."""
    movements = tuple(
        Movement(_text(entry, "id"), _number(entry, "amount"), number(entry, "fee") or 0)
        for entry in rows(subject, "balance_transactions")
    )
    return DisputeView(
        id=_text(subject, "id"),
        payment_id=id_of(subject, "payment_intent"),
        status=_text(subject, "status"),
        amount=_number(subject, "amount"),
        currency=_text(subject, "currency").upper(),
        movements=movements,
    )


def event(subject: Any) -> ProviderEvent:
    """An event; its object has no id where it is one that has none, such as a balance."""
    return ProviderEvent(
        id=_text(subject, "id"),
        type=_text(subject, "type"),
        created=_number(subject, "created"),
        object_id=text(subject, "data", "object", "id") or "",
        account=text(subject, "account"),
        payment_intent=id_of(subject, "data", "object", "payment_intent"),
    )
