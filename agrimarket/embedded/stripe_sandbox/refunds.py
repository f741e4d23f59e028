"""Refunds: money back to the payer, from the account's available balance."""

from agrimarket.embedded.stripe_sandbox import charges, ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, invalid, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
LATER_SECONDS = 60
"""Seconds until refunds to the test cards `pm_card_pendingRefund` and `pm_card_refundFail` are decided."""


def _charge_of(call: Call) -> Record:
    charge_id, intent_id = call.params.text("charge"), call.params.text("payment_intent")
    if charge_id and intent_id:
        raise invalid("You may only specify one of these parameters: charge, payment_intent.")
    if charge_id:
        return call.tx.get(charge_id, "charge", call.account, "charge", 404)
    if intent_id is None:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = call.tx.get(intent_id, "payment_intent", call.account, "payment_intent", 404)
    if intent.body["status"] != "succeeded":
        raise refused(f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.")
    return call.tx.get(intent.body["latest_charge"], "charge", call.account)


def _refundable(charge: Record, amount: int | None) -> int:
    left = charge.body["amount"] - charge.body["amount_refunded"]
    if not charge.body["captured"] or charge.body["status"] != "succeeded":
        raise refused(f"Charge {charge.id} was not captured, so there is nothing to refund.")
    if charge.body["disputed"]:
        raise refused(f"Charge {charge.id} has been charged back; cannot issue a refund.", "charge_disputed")
    if left == 0:
        raise refused(f"Charge {charge.id} has already been refunded.", "charge_already_refunded")
    if amount is not None and amount > left:
        raise refused(
            f"Refund amount ({amount} {charge.body['currency']}) is greater than unrefunded amount on charge ({left}).",
            param="amount",
        )
    return left if amount is None else amount


@operation("POST", "/v1/refunds", "amount", "charge", "metadata", "payment_intent", "reason", "instructions_email")
def create_refund(call: Call) -> Json:
    """Give money back. A refund that the balance does not cover is `pending`, with the reason `insufficient_funds`."""
    tx, params = call.tx, call.params
    asked = params.integer("amount", least=1)
    reason, metadata = params.choice("reason", REASONS), params.metadata()
    charge = _charge_of(call)
    amount = _refundable(charge, asked)
    charges.settle(tx, charge)
    record = tx.insert(
        "refund",
        charge.account,
        {
            "id": new_id("re" if charge.id.startswith("ch_") else "pyr"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge.id,
            "created": tx.now,
            "currency": charge.body["currency"],
            "customer": charge.body["customer"],
            "customer_account": None,
            "destination_details": _destination(charge),
            "metadata": metadata,
            "payment_intent": charge.body["payment_intent"],
            "payment_method": charge.body["payment_method"],
            "reason": reason,
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending",
            "transfer_reversal": None,
        },
    )
    before = dict(charge.body)
    total = charge.body["amount_refunded"] + amount
    charge.body |= {"amount_refunded": total, "refunded": total == charge.body["amount"]}
    tx.save(charge)
    _pay_out(tx, record, charge)
    emit(tx, "refund.created", record)
    emit(tx, "charge.refunded", charge, changed(charge, before))
    return record.body


def _destination(charge: Record) -> Json:
    kind = charge.body["payment_method_details"]["type"]
    if kind != "card":
        return {"type": kind, kind: {}}
    details = {"reference_status": "pending", "reference_type": "acquirer_reference_number"}
    return {"type": "card", "card": details | {"type": "refund"}}


def _pay_out(tx: Transaction, refund: Record, charge: Record) -> None:
    """Take the money from the balance, or let the refund wait for it."""
    amount, currency = refund.body["amount"], refund.body["currency"]
    if ledger.available(tx, refund.account, currency) < amount:
        refund.body |= {"status": "pending", "pending_reason": "insufficient_funds"}
        tx.save(refund)
        tx.at(tx.now, "refund_waits", refund.id)
        return
    kind = "refund" if charge.id.startswith("ch_") else "payment_refund"
    entry = ledger.post(tx, refund.account, kind, refund.id, -amount, currency, description="Refund")
    refund.body |= {"status": "succeeded", "balance_transaction": entry.id}
    refund.body.pop("pending_reason", None)
    behaviour = charge.hidden.get("behaviour")
    if behaviour == "refund_pending":
        refund.body |= {"status": "pending", "pending_reason": "processing"}
    if behaviour in ("refund_pending", "refund_fails"):
        tx.at(tx.now + LATER_SECONDS, behaviour, refund.id)
    tx.save(refund)


def retry(tx: Transaction, refund: Record) -> None:
    """Try a waiting refund again, since money may have come in."""
    if refund.body.get("pending_reason") != "insufficient_funds":
        return
    _pay_out(tx, refund, tx.get(refund.body["charge"], "charge"))
    if refund.body["balance_transaction"] is not None:
        emit(tx, "refund.updated", refund, {"balance_transaction": None})


def succeed(tx: Transaction, refund: Record) -> None:
    """Let a pending refund arrive."""
    refund.body["status"] = "succeeded"
    refund.body.pop("pending_reason", None)
    tx.save(refund)
    emit(tx, "refund.updated", refund, {"status": "pending"})


def fail(tx: Transaction, refund: Record) -> None:
    """Return the money, as the bank: it goes to the balance, and the charge counts as not refunded."""
    amount, before = refund.body["amount"], refund.body["status"]
    if before != "succeeded":
        raise refused(f"Refund {refund.id} cannot fail: its status is {before}.")
    entry = ledger.post(
        tx, refund.account, "refund_failure", refund.id, amount, refund.body["currency"], category="refund_failure"
    )
    refund.body |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": entry.id,
    }
    tx.save(refund)
    charge = tx.get(refund.body["charge"], "charge")
    charge.body |= {"amount_refunded": charge.body["amount_refunded"] - amount, "refunded": False}
    tx.save(charge)
    emit(tx, "refund.failed", refund, {"status": before})
    emit(tx, "charge.refund.updated", refund, {"status": before})


@operation("GET", "/v1/refunds/{id}")
def retrieve_refund(call: Call) -> Json:
    """A refund."""
    return call.get("refund").body


@operation("GET", "/v1/refunds", *LIST, "charge", "payment_intent")
def list_refunds(call: Call) -> Json:
    """Refunds, newest first."""
    return call.cursor_list("refund", "/v1/refunds", equal=("charge", "payment_intent"))


@operation("GET", "/v1/charges/{id}/refunds", *LIST)
def list_refunds_of_charge(call: Call) -> Json:
    """A charge's refunds, newest first."""
    charge = call.get("charge")
    return call.cursor_list("refund", f"/v1/charges/{charge.id}/refunds", fixed={"charge": charge.id})


@operation("POST", "/v1/refunds/{id}", "metadata")
def update_refund(call: Call) -> Json:
    """Change a refund's metadata."""
    record = call.get("refund")
    before = dict(record.body)
    record.body["metadata"] = call.params.metadata(before["metadata"])
    call.tx.save(record)
    emit(call.tx, "refund.updated", record, changed(record, before))
    return record.body
