"""Transfers from the platform to connected accounts, and their reversals."""

from agrimarket.embedded.stripe_sandbox import charges, ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, balance_insufficient, invalid, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Record, Transaction, new_id


def _destination(call: Call) -> Record:
    account = call.tx.get(call.params.required("destination"), "account", None, "destination", 400)
    if account.body["capabilities"].get("transfers") != "active":
        raise refused(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers,"
            " crypto_transfers, legacy_payments",
            "insufficient_capabilities_for_transfer",
        )
    return account


def _source(call: Call, amount: int, currency: str) -> Record | None:
    """The charge that pays for the transfer: transfers from it never exceed it."""
    charge = call.referred("source_transaction", "charge")
    if charge is None:
        return None
    if not charge.body["captured"]:
        raise refused("The source_transaction has to be captured first.", param="source_transaction")
    if charge.body["currency"] != currency:
        raise refused(
            f"The currency of source_transaction's balance transaction ({charge.body['currency']}) must be the"
            f" same as the transfer currency ({currency}).",
            param="source_transaction",
        )
    charges.settle(call.tx, charge)
    sent = sum(
        transfer.body["amount"] - transfer.body["amount_reversed"]
        for transfer in call.tx.select("transfer", call.account, source_transaction=charge.id)
    )
    if sent + amount > charge.body["amount_captured"]:
        raise balance_insufficient(
            "The sum of the transfers from this source_transaction would exceed what the charge captured."
        )
    return charge


@operation(
    "POST", "/v1/transfers",
    "amount", "currency", "description", "destination", "metadata", "source_transaction", "source_type",
    "transfer_group",
)  # fmt: skip
def create_transfer(call: Call) -> Json:
    """Send platform funds to a connected account. With `source_transaction` the balance need not cover it yet."""
    tx, params = call.tx, call.params
    amount, currency, metadata = params.amount(), params.currency(), params.metadata()
    if call.account != PLATFORM:
        raise refused("Connected accounts cannot create transfers in this sandbox.")
    account = _destination(call)
    charge = _source(call, amount, currency)
    if charge is None:
        ledger.require_available(tx, call.account, currency, amount)
    group = params.text("transfer_group")
    if charge is not None:
        if group and charge.body["transfer_group"] not in (None, group):
            raise refused("The transfer_group must be that of the source_transaction.", param="transfer_group")
        group = group or charge.body["transfer_group"] or f"group_{charge.body['payment_intent']}"
    payment = charges.shape(tx, "py", amount, currency)
    transfer_id = new_id("tr")
    available_on = _available_on(tx, charge)
    sent = ledger.post(
        tx, call.account, "transfer", transfer_id, -amount, currency, description=params.text("description")
    )
    received = ledger.post(tx, account.id, "payment", payment["id"], amount, currency, available_on=available_on)
    payment |= {
        "amount_captured": amount,
        "balance_transaction": received.id,
        "captured": True,
        "paid": True,
        "source_transfer": transfer_id,
        "status": "succeeded",
    }
    tx.insert("charge", account.id, payment, {"behaviour": "succeed"})
    record = tx.insert(
        "transfer",
        call.account,
        {
            "id": transfer_id,
            "object": "transfer",
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": sent.id,
            "created": tx.now,
            "currency": currency,
            "description": params.text("description"),
            "destination": account.id,
            "destination_payment": payment["id"],
            "livemode": False,
            "metadata": metadata,
            "reversals": _reversals(transfer_id, []),
            "reversed": False,
            "source_transaction": charge.id if charge else None,
            "source_type": params.choice("source_type", ("bank_account", "card", "fpx"), "card"),
            "transfer_group": group,
        },
    )
    emit(tx, "transfer.created", record)
    return record.body


def _available_on(tx: Transaction, charge: Record | None) -> int:
    entry = charge and tx.find(charge.body["balance_transaction"], "balance_transaction")
    return entry.body["available_on"] if entry else tx.now


def _reversals(transfer_id: str, data: list[Json]) -> Json:
    url = f"/v1/transfers/{transfer_id}/reversals"
    return {"object": "list", "data": data[:10], "has_more": len(data) > 10, "url": url}


@operation("GET", "/v1/transfers/{id}")
def retrieve_transfer(call: Call) -> Json:
    """A transfer."""
    return call.get("transfer").body


@operation("GET", "/v1/transfers", *LIST, "destination", "transfer_group")
def list_transfers(call: Call) -> Json:
    """Transfers, newest first."""
    return call.cursor_list("transfer", "/v1/transfers", equal=("destination", "transfer_group"))


@operation("POST", "/v1/transfers/{id}", "description", "metadata")
def update_transfer(call: Call) -> Json:
    """Change a transfer's description or metadata."""
    record = call.get("transfer")
    before = dict(record.body)
    if "description" in call.params:
        record.body["description"] = call.params.text("description")
    record.body["metadata"] = call.params.metadata(before["metadata"])
    call.tx.save(record)
    emit(call.tx, "transfer.updated", record, changed(record, before))
    return record.body


@operation("POST", "/v1/transfers/{id}/reversals", "amount", "description", "metadata")
def create_reversal(call: Call) -> Json:
    """Take a transfer back, wholly or in part; the connected account's available balance must cover it."""
    tx, params = call.tx, call.params
    asked, metadata = params.integer("amount", least=1), params.metadata()
    transfer = call.get("transfer")
    left = transfer.body["amount"] - transfer.body["amount_reversed"]
    if left == 0:
        raise refused(f"Transfer {transfer.id} is already fully reversed.", "transfer_already_reversed")
    amount = left if asked is None else asked
    if amount > left:
        raise refused(
            f"Transfer reversal amount ({amount}) is greater than the unreversed amount ({left}).", param="amount"
        )
    currency, account = transfer.body["currency"], transfer.body["destination"]
    ledger.require_available(tx, account, currency, amount)
    reversal_id, refund_id = new_id("trr"), new_id("pyr")
    back = ledger.post(tx, account, "payment_refund", refund_id, -amount, currency)
    entry = ledger.post(tx, PLATFORM, "transfer_refund", reversal_id, amount, currency)
    payment = tx.get(transfer.body["destination_payment"], "charge")
    payment.body["amount_refunded"] += amount
    payment.body["refunded"] = payment.body["amount_refunded"] == payment.body["amount"]
    tx.save(payment)
    tx.insert("refund", account, _payment_refund(tx, payment, refund_id, reversal_id, amount, back.id))
    reversal = tx.insert(
        "transfer_reversal",
        call.account,
        {
            "id": reversal_id,
            "object": "transfer_reversal",
            "amount": amount,
            "balance_transaction": entry.id,
            "created": tx.now,
            "currency": currency,
            "destination_payment_refund": refund_id,
            "metadata": metadata,
            "source_refund": None,
            "transfer": transfer.id,
        },
    )
    before = dict(transfer.body)
    total = transfer.body["amount_reversed"] + amount
    data = [reversal.body, *transfer.body["reversals"]["data"]]
    transfer.body |= {"amount_reversed": total, "reversed": total == transfer.body["amount"]}
    transfer.body["reversals"] = _reversals(transfer.id, data)
    tx.save(transfer)
    emit(tx, "transfer.reversed", transfer, changed(transfer, before))
    return reversal.body


def _payment_refund(
    tx: Transaction, payment: Record, refund_id: str, reversal_id: str, amount: int, entry: str
) -> Json:
    empty: Json = dict.fromkeys((
        "customer", "customer_account", "payment_intent", "payment_method", "reason",
        "receipt_number", "transfer_reversal",
    ))  # fmt: skip
    return empty | {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": entry,
        "charge": payment.id,
        "created": tx.now,
        "currency": payment.body["currency"],
        "metadata": {},
        "source_transfer_reversal": reversal_id,
        "status": "succeeded",
    }


@operation("GET", "/v1/transfers/{transfer}/reversals/{id}")
def retrieve_reversal(call: Call) -> Json:
    """A reversal."""
    record = call.get("transfer_reversal")
    if record.body["transfer"] != call.path["transfer"]:
        raise invalid(f"No such transfer reversal: '{record.id}'", "id", "resource_missing")
    return record.body


@operation("GET", "/v1/transfers/{id}/reversals", *LIST)
def list_reversals(call: Call) -> Json:
    """A transfer's reversals, newest first."""
    transfer = call.get("transfer")
    url = f"/v1/transfers/{transfer.id}/reversals"
    return call.cursor_list("transfer_reversal", url, fixed={"transfer": transfer.id})


@operation("POST", "/v1/transfers/{transfer}/reversals/{id}", "metadata")
def update_reversal(call: Call) -> Json:
    """Change a reversal's metadata."""
    record = call.get("transfer_reversal")
    record.body["metadata"] = call.params.metadata(record.body["metadata"])
    call.tx.save(record)
    return record.body
