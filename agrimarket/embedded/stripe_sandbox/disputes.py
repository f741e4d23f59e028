"""Disputes: the payer's bank takes the money back, until the evidence decides."""

from agrimarket.embedded.stripe_sandbox import ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
    "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
    "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
    "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
    "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file", "uncategorized_text",
)  # fmt: skip
DUE_SECONDS = 9 * 86_400
OPEN = ("needs_response", "under_review")


def open_dispute(tx: Transaction, charge: Record, amount: int, reason: str) -> Record:
    """Withdraw `amount` of a captured card charge, as the bank, and the sandbox's dispute fee."""
    details: Json = charge.body["payment_method_details"] or {}
    # Alipay has no disputes: https://docs.stripe.com/payments/alipay
    if not charge.body["captured"] or charge.body["disputed"] or details.get("type") != "card":
        raise refused(f"Charge {charge.id} cannot be disputed.", "charge_not_disputable")
    if amount > charge.body["amount_captured"]:
        raise refused("A dispute cannot exceed what was captured.", "amount_too_large", "amount")
    body: Json = {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge.id,
        "created": tx.now,
        "currency": charge.body["currency"],
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": tx.now + DUE_SECONDS,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.body["payment_intent"],
        "payment_method_details": _details(details["card"]["brand"]),
        "reason": reason,
        "status": "needs_response",
    }
    record = tx.insert("dispute", charge.account, body)
    charge.body["disputed"] = True
    tx.save(charge)
    emit(tx, "charge.dispute.created", record)
    _move(tx, record, -amount, tx.settings["dispute_fee"], "dispute")
    emit(tx, "charge.dispute.funds_withdrawn", record)
    tx.at(body["evidence_details"]["due_by"], "evidence_due", record.id)
    return record


def _details(brand: str) -> Json:
    card = {"brand": brand, "case_type": "chargeback", "network": brand, "network_reason_code": "10.4"}
    return {"type": "card", "card": card}


def _move(tx: Transaction, dispute: Record, amount: int, fee: int, category: str) -> None:
    body = dispute.body
    entry = ledger.post(
        tx, dispute.account, "adjustment", dispute.id, amount, body["currency"], fee=fee, category=category
    )
    body["balance_transactions"] = [*body["balance_transactions"], entry.body]
    tx.save(dispute)


def resolve(tx: Transaction, dispute: Record, outcome: str) -> None:
    """Close a dispute as `won` (the money comes back, the fee does not) or `lost`."""
    if dispute.body["status"] not in OPEN:
        raise refused(f"Dispute {dispute.id} is already closed.", "dispute_closed")
    before = {"status": dispute.body["status"]}
    dispute.body["status"] = outcome
    tx.save(dispute)
    if outcome == "won":
        _move(tx, dispute, dispute.body["amount"], 0, "dispute_reversal")
        emit(tx, "charge.dispute.funds_reinstated", dispute)
    emit(tx, "charge.dispute.closed", dispute, before)


def evidence_due(tx: Transaction, dispute: Record) -> None:
    """Close a dispute to which nobody answered in time."""
    if dispute.body["status"] == "needs_response":
        dispute.body["evidence_details"]["past_due"] = True
        resolve(tx, dispute, "lost")


@operation("GET", "/v1/disputes/{id}")
def retrieve_dispute(call: Call) -> Json:
    """A dispute."""
    return call.get("dispute").body


@operation("GET", "/v1/disputes", *LIST, "charge", "payment_intent")
def list_disputes(call: Call) -> Json:
    """Disputes, newest first."""
    return call.cursor_list("dispute", "/v1/disputes", equal=("charge", "payment_intent"))


@operation("POST", "/v1/disputes/{id}", "evidence", "metadata", "submit")
def update_dispute(call: Call) -> Json:
    """Add evidence. Stripe's test texts `winning_evidence` and `losing_evidence` decide at once when submitted."""
    record = call.get("dispute")
    if record.body["status"] not in OPEN:
        raise refused(f"Dispute {record.id} is already closed.", "dispute_closed")
    before = dict(record.body)
    given = call.params.hash("evidence")
    given.only(EVIDENCE)
    record.body["evidence"] = record.body["evidence"] | {name: given.text(name) for name in given.values}
    record.body["metadata"] = call.params.metadata(before["metadata"])
    submits = bool(given.values) and call.params.boolean("submit", True)
    details = record.body["evidence_details"]
    record.body["evidence_details"] = details | {
        "has_evidence": details["has_evidence"] or bool(given.values),
        "submission_count": details["submission_count"] + submits,
    }
    if submits:
        record.body["status"] = "under_review"
    call.tx.save(record)
    emit(call.tx, "charge.dispute.updated", record, changed(record, before))
    verdict = {"winning_evidence": "won", "losing_evidence": "lost"}.get(
        record.body["evidence"]["uncategorized_text"] or ""
    )
    if submits and verdict:
        resolve(call.tx, record, verdict)
    return record.body


@operation("POST", "/v1/disputes/{id}/close")
def close_dispute(call: Call) -> Json:
    """Accept the loss."""
    record = call.get("dispute")
    resolve(call.tx, record, "lost")
    return record.body
