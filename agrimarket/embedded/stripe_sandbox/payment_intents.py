"""Operations on payments, under `/v1/payment_intents`."""

from typing import Any

from agrimarket.embedded.stripe_sandbox import payment_flow, payment_methods
from agrimarket.embedded.stripe_sandbox.errors import Json, invalid, refused
from agrimarket.embedded.stripe_sandbox.events import emit
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

MINIMUMS = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cny": 400, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
"""Least charge in minor units (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). CNY is not
listed there; its least charge converts to USD 0.50."""

ZERO_DECIMAL = frozenset({
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
})  # fmt: skip
"""Currencies without minor units (https://docs.stripe.com/currencies#zero-decimal)."""

ALIPAY = frozenset(["cny", "aud", "cad", "eur", "gbp", "hkd", "jpy", "sgd", "myr", "nzd", "usd"])
"""Currencies that Alipay pays in (https://docs.stripe.com/payments/alipay)."""

MOST = 99_999_999
CAPTURE_METHODS = ("automatic", "automatic_async", "manual")
KNOWN_TYPES = ("card", "alipay")

SHARED = (
    "allowed_payment_method_types", "capture_method", "description", "excluded_payment_method_types",
    "metadata", "payment_method", "payment_method_data", "payment_method_options", "receipt_email",
    "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip
CONFIRM = ("error_on_requires_action", "mandate_data", "off_session", "return_url", "use_stripe_sdk")


def _check_amount(tx: Transaction, amount: int, currency: str) -> None:
    least = tx.settings["minimums"].get(currency, MINIMUMS.get(currency, 1 if currency in ZERO_DECIMAL else 50))
    if amount < least:
        raise refused(
            f"Amount must be at least {least} in the smallest unit of {currency}.", "amount_too_small", "amount"
        )
    if amount > MOST:
        raise refused(f"Amount must be no more than {MOST} in the smallest unit.", "amount_too_large", "amount")


def _compatible(kind: str, intent: Json) -> bool:
    if kind == "card":
        return True
    automatic: Json = intent["automatic_payment_methods"] or {}
    redirects = automatic.get("allow_redirects") != "never"
    return redirects and intent["currency"] in ALIPAY and not payment_flow.captures_by_hand(intent, "alipay")


def _set_types(intent: Json) -> None:
    """Fill `payment_method_types` with the allowed types that fit the amount, the currency and the way of capture."""
    excluded: list[str] = intent["excluded_payment_method_types"] or []
    wanted = [kind for kind in intent["allowed_payment_method_types"] or KNOWN_TYPES if kind not in excluded]
    unknown = [kind for kind in wanted if kind not in KNOWN_TYPES]
    if unknown and len(unknown) == len(wanted):
        raise invalid(
            f"The payment method type provided: {unknown[0]} is invalid.",
            "allowed_payment_method_types",
            "payment_intent_invalid_parameter",
        )
    intent["payment_method_types"] = [kind for kind in wanted if _compatible(kind, intent)]
    if not intent["payment_method_types"]:
        raise refused(
            f"None of the payment method types ({', '.join(wanted)}) can be used with currency {intent['currency']}"
            f" and capture_method {intent['capture_method']}.",
            "payment_intent_invalid_parameter",
            "allowed_payment_method_types",
        )


def _options(call: Call, before: Json) -> Json:
    options = dict(before)
    for kind, given in call.params.hash("payment_method_options").values.items():
        if isinstance(given, dict):
            nested = Params({kind: given}, "payment_method_options").hash(kind)
            nested.choice("capture_method", ("manual",))
            options[kind] = (options.get(kind) or {}) | nested.values
    return options


def _apply(call: Call, intent: Json) -> None:
    """Set the parameters that create, update and confirm share."""
    params = call.params
    for name in ("description", "receipt_email", "statement_descriptor", "statement_descriptor_suffix"):
        if name in params:
            intent[name] = params.text(name)
    for name in ("allowed_payment_method_types", "excluded_payment_method_types"):
        if name in params:
            intent[name] = params.strings(name)
    if "shipping" in params:
        intent["shipping"] = params.hash("shipping").values or None
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params.choice("setup_future_usage", ("off_session", "on_session"))
    if "capture_method" in params:
        intent["capture_method"] = params.choice("capture_method", CAPTURE_METHODS) or intent["capture_method"]
    intent["payment_method_options"] = _options(call, intent["payment_method_options"])
    intent["metadata"] = params.metadata(intent["metadata"])
    _set_types(intent)


def _choose_method(call: Call, intent: Record) -> Record | None:
    method = payment_methods.resolve(call, call.params)
    if method is None:
        return None
    if method.body["type"] not in intent.body["payment_method_types"]:
        raise refused(
            f"The PaymentMethod provided ({method.body['type']}) is not allowed for this PaymentIntent. Please attach a"
            f" PaymentMethod of one of the following types: {', '.join(intent.body['payment_method_types'])}.",
            "payment_intent_incompatible_payment_method",
            "payment_method",
        )
    intent.body["payment_method"] = method.id
    intent.hidden["behaviour"] = method.hidden["behaviour"]
    if intent.body["status"] == "requires_payment_method":
        intent.body["status"] = "requires_confirmation"
    return method


def _confirm(call: Call, intent: Record) -> None:
    params = call.params
    back = params.text("return_url")
    intent.hidden |= {
        "return_url": back or intent.hidden.get("return_url"),
        "off_session": params.text("off_session") not in (None, "false"),
        "error_on_requires_action": params.boolean("error_on_requires_action"),
    }
    if intent.body["payment_method"] is None:
        raise refused(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            "payment_intent_unexpected_state",
            extra={"payment_intent": intent.body},
        )
    method = call.tx.get(intent.body["payment_method"], "payment_method")
    automatic: Json = intent.body["automatic_payment_methods"] or {}
    may_redirect = automatic.get("enabled") and automatic.get("allow_redirects") != "never"
    needs = method.body["type"] == "alipay" or (may_redirect and "alipay" in intent.body["payment_method_types"])
    if needs and not intent.hidden["return_url"] and not params.boolean("use_stripe_sdk"):
        raise refused(
            "This PaymentIntent may send the payer to another page, so a `return_url` is needed; or set"
            " `automatic_payment_methods[allow_redirects]` to `never`.",
            "parameter_missing",
            "return_url",
        )
    payment_flow.confirm(call.tx, intent, method, call.base_url)


def _shape(tx: Transaction, amount: int, currency: str) -> Json:
    intent_id = new_id("pi")
    empty: dict[str, Any] = dict.fromkeys((
        "allowed_payment_method_types", "application", "application_fee_amount", "canceled_at", "cancellation_reason",
        "customer", "customer_account", "description", "excluded_payment_method_types", "last_payment_error",
        "latest_charge", "next_action", "on_behalf_of", "payment_method", "payment_method_configuration_details",
        "processing", "receipt_email", "review", "setup_future_usage", "shipping", "source", "statement_descriptor",
        "statement_descriptor_suffix", "transfer_data", "transfer_group", "automatic_payment_methods",
    ))  # fmt: skip
    return empty | {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": new_id(f"{intent_id}_secret"),
        "confirmation_method": "automatic",
        "created": tx.now,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": [],
        "status": "requires_payment_method",
    }


@operation(
    "POST", "/v1/payment_intents", *SHARED, *CONFIRM,
    "amount", "currency", "automatic_payment_methods", "confirm", "confirmation_method", "customer", "transfer_group",
)  # fmt: skip
def create_payment_intent(call: Call) -> Json:
    """A payment, confirmed at once if requested."""
    params = call.params
    amount, currency = params.amount(), params.currency()
    _check_amount(call.tx, amount, currency)
    body = _shape(call.tx, amount, currency)
    customer = call.referred("customer", "customer")
    body |= {"customer": customer and customer.id, "transfer_group": params.text("transfer_group")}
    body["confirmation_method"] = params.choice("confirmation_method", ("automatic", "manual"), "automatic")
    automatic = params.hash("automatic_payment_methods")
    if automatic.boolean("enabled", "allowed_payment_method_types" not in params):
        redirects = automatic.choice("allow_redirects", ("always", "never"), "always")
        body["automatic_payment_methods"] = {"enabled": True, "allow_redirects": redirects}
    _apply(call, body)
    intent = call.tx.insert("payment_intent", call.account, body)
    _choose_method(call, intent)
    call.tx.save(intent)
    emit(call.tx, "payment_intent.created", intent)
    if params.boolean("confirm"):
        _confirm(call, intent)
    elif "return_url" in params:
        raise invalid("return_url can only be used with confirm=true.", "return_url")
    return intent.body


@operation("GET", "/v1/payment_intents/{id}", "client_secret")
def retrieve_payment_intent(call: Call) -> Json:
    """A payment."""
    return call.get("payment_intent", param="intent").body


@operation("GET", "/v1/payment_intents", *LIST, "customer")
def list_payment_intents(call: Call) -> Json:
    """Payments, newest first."""
    return call.cursor_list("payment_intent", "/v1/payment_intents", equal=("customer",))


@operation("POST", "/v1/payment_intents/{id}", *SHARED, "amount", "currency", "customer", "transfer_group")
def update_payment_intent(call: Call) -> Json:
    """Change a payment; the amount and currency only until it is confirmed."""
    intent, params = call.get("payment_intent", param="intent"), call.params
    frozen = set(params.values) - {"metadata", "description", "receipt_email", "expand"}
    if frozen and intent.body["status"] not in payment_flow.CONFIRMABLE:
        raise payment_flow.unexpected(intent, "updated", payment_flow.CONFIRMABLE)
    if "amount" in params or "currency" in params:
        intent.body["amount"] = params.integer("amount", least=1) or intent.body["amount"]
        intent.body["currency"] = params.currency() if "currency" in params else intent.body["currency"]
        _check_amount(call.tx, intent.body["amount"], intent.body["currency"])
    if "transfer_group" in params:
        intent.body["transfer_group"] = params.text("transfer_group")
    if customer := call.referred("customer", "customer"):
        intent.body["customer"] = customer.id
    if intent.body["status"] in payment_flow.CONFIRMABLE:
        _apply(call, intent.body)
        _choose_method(call, intent)
    else:
        for name in ("description", "receipt_email"):
            intent.body[name] = params.text(name) if name in params else intent.body[name]
        intent.body["metadata"] = params.metadata(intent.body["metadata"])
    call.tx.save(intent)
    return intent.body


@operation("POST", "/v1/payment_intents/{id}/confirm", *SHARED, *CONFIRM, "client_secret")
def confirm_payment_intent(call: Call) -> Json:
    """Try to pay."""
    intent = call.get("payment_intent", param="intent")
    if intent.body["status"] not in payment_flow.CONFIRMABLE:
        raise payment_flow.unexpected(intent, "confirmed", payment_flow.CONFIRMABLE)
    _apply(call, intent.body)
    _choose_method(call, intent)
    _confirm(call, intent)
    return intent.body


@operation(
    "POST", "/v1/payment_intents/{id}/capture",
    "amount_to_capture", "final_capture", "metadata", "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip
def capture_payment_intent(call: Call) -> Json:
    """Capture what was authorised, or part of it."""
    intent, params = call.get("payment_intent", param="intent"), call.params
    if not params.boolean("final_capture", True):
        raise refused("Multicapture is not available for this payment.", param="final_capture")
    intent.body["metadata"] = params.metadata(intent.body["metadata"])
    payment_flow.capture(call.tx, intent, params.integer("amount_to_capture", least=1))
    return intent.body


@operation("POST", "/v1/payment_intents/{id}/cancel", "cancellation_reason")
def cancel_payment_intent(call: Call) -> Json:
    """Cancel a payment."""
    intent = call.get("payment_intent", param="intent")
    reasons = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
    payment_flow.cancel(call.tx, intent, call.params.choice("cancellation_reason", reasons))
    return intent.body
