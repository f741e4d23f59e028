"""Payment methods: Stripe's test tokens, cards and Alipay."""

from agrimarket.embedded.stripe_sandbox.errors import Json, invalid, missing, refused
from agrimarket.embedded.stripe_sandbox.events import emit
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

TEST_CARDS: dict[str, tuple[str, str, str]] = {
    "pm_card_visa": ("visa", "4242", "succeed"),
    "pm_card_mastercard": ("mastercard", "4444", "succeed"),
    "pm_card_unionpay": ("unionpay", "0005", "succeed"),
    "pm_card_bypassPending": ("visa", "0077", "succeed_at_once"),
    "pm_card_chargeDeclined": ("visa", "0002", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995", "insufficient_funds"),
    "pm_card_chargeDeclinedLostCard": ("visa", "9987", "lost_card"),
    "pm_card_chargeDeclinedExpiredCard": ("visa", "0069", "expired_card"),
    "pm_card_chargeDeclinedProcessingError": ("visa", "0119", "processing_error"),
    "pm_card_chargeDeclinedStolenCard": ("visa", "9979", "stolen_card"),
    "pm_card_chargeDeclinedFraudulent": ("visa", "0019", "fraudulent"),
    "pm_card_chargeDeclinedIncorrectCvc": ("visa", "0127", "incorrect_cvc"),
    "pm_card_chargeDeclinedVelocityLimitExceeded": ("visa", "6975", "card_velocity_exceeded"),
    "pm_card_authenticationRequired": ("visa", "3184", "authenticate"),
    "pm_card_threeDSecure2Required": ("visa", "3220", "authenticate"),
    "pm_card_threeDSecureRequired": ("visa", "3063", "authenticate"),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": ("visa", "3178", "authenticate_in_vain"),
    "pm_card_createDispute": ("visa", "0259", "dispute"),
    "pm_card_pendingRefund": ("visa", "7726", "refund_pending"),
    "pm_card_refundFail": ("visa", "5126", "refund_fails"),
}
"""Test token → brand, last four digits, behaviour (https://docs.stripe.com/testing)."""

DECLINES: dict[str, tuple[str, str | None, str]] = {
    "generic_decline": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "lost_card": ("card_declined", "lost_card", "Your card was declined."),
    "stolen_card": ("card_declined", "stolen_card", "Your card was declined."),
    "fraudulent": ("card_declined", "fraudulent", "Your card was declined."),
    "incorrect_cvc": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    "card_velocity_exceeded": ("card_declined", "card_velocity_exceeded", "Your card was declined."),
    "expired_card": ("expired_card", None, "Your card has expired."),
    "processing_error": (
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
}
"""Behaviour → error code, decline code, message."""

AUTHENTICATED = {"redirect": None, "authenticate": None, "authenticate_in_vain": "insufficient_funds"}
"""Behaviours that send the payer to another page first → what the bank says afterwards, None for yes."""

NO_ADDRESS: Json = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def _card(brand: str, last4: str) -> Json:
    return {
        "brand": brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": brand,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"sandbox{brand}{last4}",
        "funding": "credit",
        "generated_from": None,
        "last4": last4,
        "networks": {"available": [brand], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _new(tx: Transaction, account: str, kind: str, details: Json, behaviour: str, extra: Json) -> Record:
    body: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
        "created": tx.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
    }
    return tx.insert("payment_method", account, body | extra, {"behaviour": behaviour})


def from_data(call: Call, data: Params) -> Record:
    """A new payment method from `payment_method_data` or the create call."""
    kind = data.choice("type", ("card", "alipay"))
    if kind is None:
        raise invalid("Missing required param: type.", "type", "parameter_missing")
    extra: Json = {"metadata": data.metadata()}
    billing = data.hash("billing_details").values
    if billing:
        extra["billing_details"] = {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}
        extra["billing_details"] |= {key: value or None for key, value in billing.items() if key != "address"}
        extra["billing_details"]["address"] = NO_ADDRESS | data.hash("billing_details").hash("address").values
    if kind == "alipay":
        return _new(call.tx, call.account, "alipay", {}, "redirect", extra)
    card = data.hash("card")
    digits = (card.text("number") or card.text("token") or "").replace(" ", "")
    name = {"tok_visa": "pm_card_visa", "tok_chargeDeclined": "pm_card_chargeDeclined"}.get(digits) or next(
        (token for token, (_, last4, _) in TEST_CARDS.items() if digits.isdecimal() and digits.endswith(last4)), None
    )
    if name is None:
        raise refused("Your card number is not one of Stripe's test cards.", "incorrect_number", "card[number]")
    brand, last4, behaviour = TEST_CARDS[name]
    return _new(call.tx, call.account, "card", _card(brand, last4), behaviour, extra)


def resolve(call: Call, params: Params) -> Record | None:
    """The payment method that a request names: an id, a test token, or `payment_method_data`."""
    if "payment_method_data" in params:
        return from_data(call, params.hash("payment_method_data"))
    token = params.text("payment_method")
    if token is None:
        return None
    if token in TEST_CARDS:
        brand, last4, behaviour = TEST_CARDS[token]
        return _new(call.tx, call.account, "card", _card(brand, last4), behaviour, {})
    found = call.tx.find(token, "payment_method", call.account)
    if found is None:
        raise missing("PaymentMethod", token, "payment_method", 400)
    return found


@operation("POST", "/v1/payment_methods", "type", "card", "alipay", "billing_details", "metadata", "allow_redisplay")
def create_payment_method(call: Call) -> Json:
    """A card (test number or token) or an Alipay account."""
    return from_data(call, call.params).body


@operation("GET", "/v1/payment_methods/{id}")
def retrieve_payment_method(call: Call) -> Json:
    """A payment method; a test token makes one."""
    if call.path["id"] in TEST_CARDS:
        record = resolve(call, Params({"payment_method": call.path["id"]}))
        assert record is not None  # noqa: S101 - a test token always resolves
        return record.body
    return call.get("payment_method").body


@operation("GET", "/v1/payment_methods", *LIST, "customer", "type")
def list_payment_methods(call: Call) -> Json:
    """A customer's payment methods."""
    return call.cursor_list("payment_method", "/v1/payment_methods", equal=("customer", "type"))


@operation("POST", "/v1/payment_methods/{id}/attach", "customer")
def attach_payment_method(call: Call) -> Json:
    """Keep a payment method for a customer."""
    customer = call.tx.get(call.params.required("customer"), "customer", call.account, "customer", 400)
    record = resolve(call, Params({"payment_method": call.path["id"]}))
    assert record is not None  # noqa: S101 - a name was given
    record.body["customer"] = customer.id
    call.tx.save(record)
    emit(call.tx, "payment_method.attached", record)
    return record.body


@operation("POST", "/v1/payment_methods/{id}/detach")
def detach_payment_method(call: Call) -> Json:
    """Detach a payment method from its customer."""
    record = call.get("payment_method")
    if record.body["customer"] is None:
        raise refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    before = {"customer": record.body["customer"]}
    record.body["customer"] = None
    call.tx.save(record)
    emit(call.tx, "payment_method.detached", record, before)
    return record.body
