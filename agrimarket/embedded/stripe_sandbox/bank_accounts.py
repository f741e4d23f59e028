"""External bank accounts of connected accounts, with Stripe's test numbers."""

from agrimarket.embedded.stripe_sandbox.errors import Json, invalid, refused
from agrimarket.embedded.stripe_sandbox.events import emit
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction, new_id

FAILING_NUMBERS = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
"""Account numbers whose payouts fail (https://docs.stripe.com/connect/testing#account-numbers)."""


def listing(account_id: str, data: list[Json]) -> Json:
    """The `external_accounts` list of an account."""
    url = f"/v1/accounts/{account_id}/external_accounts"
    return {"object": "list", "data": data[:10], "has_more": len(data) > 10, "url": url}


def add(tx: Transaction, account: Record, params: Params, country: str, currency: str) -> Record:
    """Attach the bank account that `external_account` describes, or names by a test token."""
    number, holder, kind = "000123456789", None, None
    routing: str | None = "110000000"
    if not isinstance(params.values.get("external_account"), str):
        given = params.hash("external_account")
        if given.choice("object", ("bank_account",), "bank_account") is None:
            raise invalid("Only bank accounts can be attached in this sandbox.", "external_account[object]")
        number = given.required("account_number")
        country = (given.text("country") or country).upper()
        currency = (given.text("currency") or currency).lower()
        holder, routing = given.text("account_holder_name"), given.text("routing_number")
        kind = given.choice("account_holder_type", ("company", "individual"))
    elif not (params.text("external_account") or "").startswith("btok_"):
        raise invalid("Invalid token: a bank account token starts with btok_.", "external_account")
    others = tx.select("bank_account", account.id, currency=currency)
    record = tx.insert(
        "bank_account",
        account.id,
        {
            "id": new_id("ba"),
            "object": "bank_account",
            "account": account.id,
            "account_holder_name": holder,
            "account_holder_type": kind,
            "account_type": None,
            "available_payout_methods": ["standard"],
            "bank_name": "STRIPE TEST BANK",
            "country": country,
            "currency": currency,
            "default_for_currency": not others or params.boolean("default_for_currency"),
            "fingerprint": new_id("x")[2:18],
            "future_requirements": None,
            "last4": number[-4:],
            "metadata": {},
            "requirements": None,
            "routing_number": routing,
            "status": "new",
        },
        {"fails": FAILING_NUMBERS.get(number)},
    )
    if record.body["default_for_currency"]:
        for other in others:
            other.body["default_for_currency"] = False
            tx.save(other)
    _refresh(tx, account)
    emit(tx, "account.external_account.created", record)
    return record


def _refresh(tx: Transaction, account: Record) -> None:
    banks = [bank.body for bank in reversed(tx.select("bank_account", account.id))]
    account.body["external_accounts"] = listing(account.id, banks)
    tx.save(account)


def _account(call: Call) -> Record:
    return call.tx.get(call.path["account"], "account", None, "account")


@operation("POST", "/v1/accounts/{account}/external_accounts", "external_account", "default_for_currency", "metadata")
def create_external_account(call: Call) -> Json:
    """Attach a bank account."""
    account = _account(call)
    if "external_account" not in call.params:
        raise invalid("Missing required param: external_account.", "external_account", "parameter_missing")
    bank = add(call.tx, account, call.params, account.body["country"], account.body["default_currency"])
    bank.body["metadata"] = call.params.metadata()
    call.tx.save(bank)
    _refresh(call.tx, account)
    return bank.body


@operation("GET", "/v1/accounts/{account}/external_accounts", *LIST, "object")
def list_external_accounts(call: Call) -> Json:
    """An account's bank accounts, newest first."""
    account = _account(call)
    scope = Call(call.tx, call.params, account.id, call.path, call.base_url)
    return scope.cursor_list("bank_account", f"/v1/accounts/{account.id}/external_accounts")


@operation("GET", "/v1/accounts/{account}/external_accounts/{id}")
def retrieve_external_account(call: Call) -> Json:
    """A bank account."""
    return call.tx.get(call.path["id"], "bank_account", _account(call).id).body


@operation("DELETE", "/v1/accounts/{account}/external_accounts/{id}")
def delete_external_account(call: Call) -> Json:
    """Detach a bank account that is not the default of its currency."""
    account = _account(call)
    bank = call.tx.get(call.path["id"], "bank_account", account.id)
    if bank.body["default_for_currency"]:
        raise refused("You cannot delete the default external account for your default currency.")
    call.tx.delete(bank)
    _refresh(call.tx, account)
    emit(call.tx, "account.external_account.deleted", bank)
    return {"id": bank.id, "object": "bank_account", "deleted": True}
