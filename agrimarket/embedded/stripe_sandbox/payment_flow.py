"""State machine of payment intents, independent of how requests name them.

requires_payment_method → requires_confirmation → requires_action → processing | requires_capture → succeeded;
canceled from everything that is not succeeded (https://docs.stripe.com/payments/paymentintents/lifecycle).
"""

from agrimarket.embedded.stripe_sandbox import charges, disputes
from agrimarket.embedded.stripe_sandbox.errors import ApiError, Json, refused
from agrimarket.embedded.stripe_sandbox.events import emit
from agrimarket.embedded.stripe_sandbox.payment_methods import AUTHENTICATED, DECLINES
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
AUTHENTICATION_FAILED = (
    "payment_intent_authentication_failure",
    None,
    "The provided payment method has failed authentication. Provide another one to try again.",
)


def unexpected(intent: Record, done: str, allowed: tuple[str, ...]) -> ApiError:
    """Stripe's refusal of an act that the present status does not allow."""
    return refused(
        f"This PaymentIntent could not be {done} because it has a status of {intent.body['status']}."
        f" Only a PaymentIntent with one of the following statuses may be {done}: {', '.join(allowed)}.",
        "payment_intent_unexpected_state",
        extra={"payment_intent": intent.body},
    )


def captures_by_hand(intent: Json, kind: str) -> bool:
    """Whether a payment with this method is only authorised at first."""
    options: Json = intent["payment_method_options"].get(kind) or {}
    return (options.get("capture_method") or intent["capture_method"]) == "manual"


def confirm(tx: Transaction, intent: Record, method: Record, base_url: str) -> None:
    """Try to pay. If the bank declines, raises a card error, which keeps the failed attempt."""
    behaviour = method.hidden["behaviour"]
    intent.body |= {"payment_method": method.id, "last_payment_error": None}
    if behaviour in AUTHENTICATED:
        if intent.hidden.get("off_session") or intent.hidden.get("error_on_requires_action"):
            raise _fail(tx, intent, method, ("authentication_required", "authentication_required", _AUTHENTICATE), None)
        intent.body |= {"status": "requires_action", "next_action": _action(intent, method, base_url)}
        tx.save(intent)
        emit(tx, "payment_intent.requires_action", intent)
    elif behaviour in DECLINES:
        raise _decline(tx, intent, method, behaviour)
    else:
        collect(tx, intent, method)


def _decline(tx: Transaction, intent: Record, method: Record, decline: str) -> ApiError:
    charge = charges.attempt(tx, intent, method, capture=False, decline=decline)
    intent.body["latest_charge"] = charge.id
    return _fail(tx, intent, method, DECLINES[decline], charge.id)


_AUTHENTICATE = "Your card was declined. This transaction requires authentication."


def _action(intent: Record, method: Record, base_url: str) -> Json:
    url = f"{base_url}/authorise/{intent.id}?client_secret={intent.body['client_secret']}&source={method.id}"
    back = intent.hidden.get("return_url")
    if method.body["type"] == "alipay":
        details: Json = {"native_data": None, "native_url": None, "return_url": back, "url": url}
        return {"type": "alipay_handle_redirect", "alipay_handle_redirect": details}
    if back:
        return {"type": "redirect_to_url", "redirect_to_url": {"return_url": back, "url": url}}
    return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect", "stripe_js": url}}


def collect(tx: Transaction, intent: Record, method: Record) -> None:
    """Authorise or charge the payment method."""
    by_hand = captures_by_hand(intent.body, method.body["type"])
    charge = charges.attempt(tx, intent, method, capture=not by_hand, decline=None)
    intent.body |= {"latest_charge": charge.id, "next_action": None, "processing": None}
    if by_hand:
        intent.body |= {"status": "requires_capture", "amount_capturable": intent.body["amount"]}
        tx.save(intent)
        tx.at(tx.now + charges.AUTHORISATION_SECONDS, "authorisation_lapses", intent.id)
        emit(tx, "payment_intent.amount_capturable_updated", intent)
    else:
        _succeed(tx, intent, charge, intent.body["amount"])


def _succeed(tx: Transaction, intent: Record, charge: Record, received: int) -> None:
    intent.body |= {"status": "succeeded", "amount_received": received, "amount_capturable": 0}
    tx.save(intent)
    emit(tx, "payment_intent.succeeded", intent)
    if charge.hidden["behaviour"] == "dispute":
        disputes.open_dispute(tx, charge, charge.body["amount_captured"], "fraudulent")


def _fail(
    tx: Transaction, intent: Record, method: Record, failure: tuple[str, str | None, str], charge_id: str | None
) -> ApiError:
    code, decline_code, message = failure
    error: Json = {"code": code, "message": message, "type": "card_error", "payment_method": method.body}
    error |= {"doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
    if decline_code:
        error["decline_code"] = decline_code
    if charge_id:
        error["charge"] = charge_id
    intent.body |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "processing": None,
        "last_payment_error": error,
    }
    tx.save(intent)
    emit(tx, "payment_intent.payment_failed", intent)
    extra = {"payment_intent": intent.body, "payment_method": method.body}
    extra |= {key: error[key] for key in ("decline_code", "charge") if key in error}
    return ApiError(402, "card_error", message, code=code, extra=extra, keeps_effects=True, replayable=True)


def complete_action(tx: Transaction, intent: Record, outcome: str) -> None:
    """Bring the payer back from the bank or Alipay: `succeed`, `fail`, or `processing` (the answer comes later)."""
    allowed = ("requires_action", "processing")
    if intent.body["status"] not in allowed:
        raise unexpected(intent, "completed", allowed)
    method = tx.get(intent.body["payment_method"], "payment_method")
    decline = AUTHENTICATED.get(method.hidden["behaviour"])
    if outcome == "succeed" and decline:
        _decline(tx, intent, method, decline)
    elif outcome == "succeed":
        collect(tx, intent, method)
    elif outcome == "processing":
        intent.body |= {"status": "processing", "next_action": None}
        tx.save(intent)
        emit(tx, "payment_intent.processing", intent)
    else:
        _fail(tx, intent, method, AUTHENTICATION_FAILED, None)


def capture(tx: Transaction, intent: Record, amount: int | None) -> None:
    """Capture all or part of what was authorised; the rest is released."""
    if intent.body["status"] != "requires_capture":
        raise unexpected(intent, "captured", ("requires_capture",))
    capturable: int = intent.body["amount_capturable"]
    amount = capturable if amount is None else amount
    if amount > capturable:
        raise refused(
            f"The amount to capture ({amount}) is greater than the amount that can be captured ({capturable}).",
            "amount_too_large",
            "amount_to_capture",
        )
    charge = tx.get(intent.body["latest_charge"], "charge")
    charges.capture(tx, charge, amount)
    _succeed(tx, intent, charge, amount)


def cancel(tx: Transaction, intent: Record, reason: str | None, *, expired: bool = False) -> None:
    """Cancel the payment; an authorisation is released."""
    if intent.body["status"] not in CANCELABLE:
        raise refused(
            f"You cannot cancel this PaymentIntent because it has a status of {intent.body['status']}. Only a"
            f" PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}.",
            "payment_intent_unexpected_state",
            extra={"payment_intent": intent.body},
        )
    if intent.body["status"] == "requires_capture":
        charges.release(tx, tx.get(intent.body["latest_charge"], "charge"), expired=expired)
    intent.body |= {
        "status": "canceled",
        "canceled_at": tx.now,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
        "processing": None,
    }
    tx.save(intent)
    emit(tx, "payment_intent.canceled", intent)


def authorisation_lapses(tx: Transaction, intent: Record) -> None:
    """Let an authorisation lapse, after seven days without a capture."""
    if intent.body["status"] == "requires_capture":
        cancel(tx, intent, "automatic", expired=True)
