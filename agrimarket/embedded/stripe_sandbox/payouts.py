"""Payouts from an account's balance to its bank account."""

from agrimarket.embedded.stripe_sandbox import ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Record, Transaction, new_id

SUBMIT_SECONDS = 12 * 3600
"""Seconds until a standard payout is handed to the bank; it can be cancelled before."""
INSTANT_SECONDS = 1800

FAILURES = {
    "no_account": "The bank account could not be located.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "The Stripe account has insufficient funds to cover the payout.",
    "debit_not_authorized": "Debit transactions are not approved on the bank account.",
    "invalid_currency": "The bank could not process this currency.",
    "could_not_process": "The bank could not process this payout.",
    "account_frozen": "The bank account has been frozen.",
}
"""Failure codes and messages (https://docs.stripe.com/api/payouts/failures)."""


def _bank_account(call: Call, currency: str) -> Record | None:
    if call.account == PLATFORM:
        return None
    banks = call.tx.select("bank_account", call.account, currency=currency)
    asked = call.params.text("destination")
    chosen = (
        [bank for bank in banks if bank.id == asked] if asked else [b for b in banks if b.body["default_for_currency"]]
    )
    if not chosen:
        raise refused(
            f"Sorry, you don't have any external accounts in that currency ({currency}).", param="destination"
        )
    return chosen[0]


@operation(
    "POST", "/v1/payouts",
    "amount", "currency", "description", "destination", "metadata", "method", "source_type", "statement_descriptor",
)  # fmt: skip
def create_payout(call: Call) -> Json:
    """Send available funds to the bank. It arrives when the sandbox's clock passes `arrival_date`."""
    tx, params = call.tx, call.params
    amount, currency, metadata = params.amount(), params.currency(), params.metadata()
    method = params.choice("method", ("standard", "instant"), "standard")
    if call.account != PLATFORM and not tx.get(call.account, "account").body["payouts_enabled"]:
        raise refused("Payouts are not enabled for this account.", "payouts_not_allowed")
    bank = _bank_account(call, currency)
    ledger.require_available(tx, call.account, currency, amount)
    instant = method == "instant"
    arrival = tx.now + (INSTANT_SECONDS if instant else tx.settings["payout_days"] * 86_400)
    payout_id = new_id("po")
    entry = ledger.post(tx, call.account, "payout", payout_id, -amount, currency, description="STRIPE PAYOUT")
    body: Json = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrival,
        "automatic": False,
        "balance_transaction": entry.id,
        "created": tx.now,
        "currency": currency,
        "description": params.text("description"),
        "destination": bank.id if bank else None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": metadata,
        "method": method,
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": params.choice("source_type", ("bank_account", "card", "fpx"), "card"),
        "statement_descriptor": params.text("statement_descriptor"),
        "status": "in_transit" if instant else "pending",
        "trace_id": None,
        "type": "bank_account",
    }
    record = tx.insert("payout", call.account, body, {"fails": bank.hidden.get("fails") if bank else None})
    if not instant:
        tx.at(min(arrival, tx.now + SUBMIT_SECONDS), "payout_submitted", record.id)
    tx.at(arrival, "payout_arrives", record.id)
    emit(tx, "payout.created", record)
    return record.body


def submit(tx: Transaction, payout: Record) -> None:
    """Hand the payout to the bank."""
    if payout.body["status"] == "pending":
        payout.body |= {"status": "in_transit", "trace_id": {"status": "pending", "value": None}}
        tx.save(payout)
        emit(tx, "payout.updated", payout, {"status": "pending"})


def arrive(tx: Transaction, payout: Record) -> None:
    """End a payout on its arrival date: paid, or failed if the bank account or a control call says so."""
    if payout.body["status"] not in ("pending", "in_transit"):
        return
    if payout.hidden.get("fails"):
        fail(tx, payout, payout.hidden["fails"])
        return
    before = dict(payout.body)
    payout.body |= {"status": "paid", "trace_id": {"status": "supported", "value": payout.id[-16:]}}
    tx.save(payout)
    emit(tx, "payout.paid", payout, changed(payout, before))


def fail(tx: Transaction, payout: Record, code: str) -> None:
    """Return the money, as the bank; Stripe lets even a paid payout fail later."""
    if payout.body["status"] not in ("pending", "in_transit", "paid"):
        raise refused(f"Payout {payout.id} cannot fail: its status is {payout.body['status']}.")
    before = dict(payout.body)
    entry = _return(tx, payout, "payout_failure")
    payout.body |= {
        "status": "failed",
        "failure_balance_transaction": entry.id,
        "failure_code": code,
        "failure_message": FAILURES[code],
    }
    tx.save(payout)
    emit(tx, "payout.failed", payout, changed(payout, before))


def _return(tx: Transaction, payout: Record, kind: str) -> Record:
    return ledger.post(tx, payout.account, kind, payout.id, payout.body["amount"], payout.body["currency"])


@operation("POST", "/v1/payouts/{id}/cancel")
def cancel_payout(call: Call) -> Json:
    """Stop a payout that is still pending."""
    payout = call.get("payout")
    if payout.body["status"] != "pending":
        raise refused("You can only cancel payouts that are pending.")
    entry = _return(call.tx, payout, "payout_cancel")
    payout.body |= {"status": "canceled", "failure_balance_transaction": entry.id}
    call.tx.save(payout)
    emit(call.tx, "payout.canceled", payout, {"status": "pending"})
    return payout.body


@operation("GET", "/v1/payouts/{id}")
def retrieve_payout(call: Call) -> Json:
    """A payout."""
    return call.get("payout").body


@operation("GET", "/v1/payouts", *LIST, "arrival_date", "destination", "status")
def list_payouts(call: Call) -> Json:
    """Payouts, newest first."""
    return call.cursor_list("payout", "/v1/payouts", equal=("destination", "status"))


@operation("POST", "/v1/payouts/{id}", "metadata")
def update_payout(call: Call) -> Json:
    """Change a payout's metadata."""
    payout = call.get("payout")
    before = dict(payout.body)
    payout.body["metadata"] = call.params.metadata(before["metadata"])
    call.tx.save(payout)
    emit(call.tx, "payout.updated", payout, changed(payout, before))
    return payout.body
