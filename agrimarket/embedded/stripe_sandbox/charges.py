"""Charges: attempts to move money from a payment method."""

from agrimarket.embedded.stripe_sandbox import ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.payment_methods import DECLINES, NO_ADDRESS
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

AUTHORISATION_SECONDS = 7 * 86_400
"""Seconds after which an uncaptured card authorisation lapses: seven days."""


def shape(tx: Transaction, prefix: str, amount: int, currency: str) -> Json:
    """A new charge with every field that Stripe's object has."""
    charge_id = new_id(prefix)
    return {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "AGRIMARKET",
        "captured": False,
        "created": tx.now,
        "currency": currency,
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": None,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "pending",
        "transfer_data": None,
        "transfer_group": None,
    }


def attempt(tx: Transaction, intent: Record, method: Record, *, capture: bool, decline: str | None) -> Record:
    """Make the charge of a confirmed intent: declined, authorised (`capture` false) or captured."""
    pays, kind = intent.body, method.body["type"]
    body = shape(tx, "ch" if kind == "card" else "py", pays["amount"], pays["currency"])
    body |= {name: pays[name] for name in ("customer", "description", "metadata", "receipt_email", "shipping")}
    body |= {name: pays[name] for name in ("statement_descriptor", "statement_descriptor_suffix", "transfer_group")}
    body |= {
        "billing_details": method.body["billing_details"],
        "payment_intent": intent.id,
        "payment_method": method.id,
        "payment_method_details": _details(tx, kind, method.body[kind], pays["amount"], capture=capture),
    }
    if decline is not None:
        code, decline_code, message = DECLINES[decline]
        body |= {"status": "failed", "failure_code": code, "failure_message": message}
        body["outcome"] = _outcome("issuer_declined", decline_code, message)
    else:
        body |= {"status": "succeeded", "paid": True, "outcome": _outcome("authorized", None, "Payment complete.")}
    record = tx.insert("charge", intent.account, body, {"behaviour": method.hidden["behaviour"]})
    if decline is not None:
        emit(tx, "charge.failed", record)
        return record
    if capture:
        record.body |= {"captured": True, "amount_captured": record.body["amount"]}
        _settle_or_wait(tx, record)
    emit(tx, "charge.succeeded", record)
    return record


def _settle_or_wait(tx: Transaction, charge: Record) -> None:
    delay = tx.settings["capture_delay_seconds"]
    if delay and tx.find(charge.body["payment_intent"], "payment_intent"):
        tx.at(tx.now + delay, "settle_charge", charge.id)
    else:
        settle(tx, charge)
    tx.save(charge)


def settle(tx: Transaction, charge: Record) -> None:
    """Book a captured charge on the balance, only once."""
    if charge.body["balance_transaction"] is not None:
        return
    amount = charge.body["amount_captured"]
    entry = ledger.post(
        tx,
        charge.account,
        "charge" if charge.id.startswith("ch_") else "payment",
        charge.id,
        amount,
        charge.body["currency"],
        fee=ledger.processing_fee(tx, amount),
        description=charge.body["description"],
    )
    charge.body["balance_transaction"] = entry.id
    tx.save(charge)


def settle_later(tx: Transaction, charge: Record) -> None:
    """Book an asynchronous capture, after its delay."""
    if charge.body["balance_transaction"] is None:
        settle(tx, charge)
        emit(tx, "charge.updated", charge, {"balance_transaction": None})


def capture(tx: Transaction, charge: Record, amount: int) -> None:
    """Take `amount` of an authorisation. The rest is released, which Stripe counts in `amount_refunded`."""
    charge.body |= {
        "captured": True,
        "amount_captured": amount,
        "amount_refunded": charge.body["amount"] - amount,
    }
    _settle_or_wait(tx, charge)
    emit(tx, "charge.captured", charge)


def release(tx: Transaction, charge: Record, *, expired: bool) -> None:
    """Give up an authorisation."""
    before = dict(charge.body)
    charge.body |= {"amount_refunded": charge.body["amount"], "refunded": True}
    tx.save(charge)
    emit(tx, "charge.expired" if expired else "charge.refunded", charge, changed(charge, before))


def _outcome(network: str, decline: str | None, message: str) -> Json:
    declined = network == "issuer_declined"
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": decline,
        "seller_message": message,
        "type": network,
    }


def _details(tx: Transaction, kind: str, method: Json, amount: int, *, capture: bool) -> Json:
    if kind == "alipay":
        return {
            "type": "alipay",
            "alipay": {"buyer_id": "2088000000000001", "fingerprint": None, "transaction_id": new_id("alipay")},
        }
    card: Json = {
        name: method[name]
        for name in ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    }
    card |= {
        "amount_authorized": amount,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": method["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }
    if not capture:
        card["capture_before"] = tx.now + AUTHORISATION_SECONDS
    return {"type": "card", "card": card}


@operation("GET", "/v1/charges/{id}")
def retrieve_charge(call: Call) -> Json:
    """A charge."""
    return call.get("charge").body


@operation("GET", "/v1/charges", *LIST, "customer", "payment_intent", "transfer_group")
def list_charges(call: Call) -> Json:
    """Charges, newest first."""
    return call.cursor_list("charge", "/v1/charges", equal=("customer", "payment_intent", "transfer_group"))


@operation("POST", "/v1/charges/{id}", "description", "metadata", "receipt_email", "transfer_group")
def update_charge(call: Call) -> Json:
    """Change the fields that may still change."""
    record = call.get("charge")
    before = dict(record.body)
    group = call.params.text("transfer_group")
    if group and before["transfer_group"] not in (None, group):
        raise refused("The transfer_group of a charge cannot be changed once it is set.", param="transfer_group")
    for name in ("description", "receipt_email", "transfer_group"):
        if name in call.params:
            record.body[name] = call.params.text(name)
    record.body["metadata"] = call.params.metadata(before["metadata"])
    call.tx.save(record)
    emit(call.tx, "charge.updated", record, changed(record, before))
    return record.body
