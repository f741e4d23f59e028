"""Connect accounts and onboarding links."""

from typing import Any, cast

from agrimarket.embedded.stripe_sandbox import bank_accounts, ledger
from agrimarket.embedded.stripe_sandbox.errors import Json, invalid, refused
from agrimarket.embedded.stripe_sandbox.events import changed, emit
from agrimarket.embedded.stripe_sandbox.params import Params
from agrimarket.embedded.stripe_sandbox.routing import LIST, Call, operation
from agrimarket.embedded.stripe_sandbox.store import PLATFORM, Record, Transaction, new_id

LINK_SECONDS = 300
"""Seconds for which an onboarding link can be opened, once."""

CURRENCIES = {
    "AU": "aud", "CA": "cad", "CN": "cny", "GB": "gbp", "HK": "hkd", "JP": "jpy", "MY": "myr", "NZ": "nzd", "SG": "sgd",
    "TH": "thb", "US": "usd",
}  # fmt: skip
EURO = frozenset({
    "AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK",
})  # fmt: skip

FIELDS = (
    "business_profile", "business_type", "capabilities", "company", "default_currency", "email", "external_account",
    "individual", "metadata", "settings", "tos_acceptance",
)  # fmt: skip
PROFILE = (
    "annual_revenue", "estimated_worker_count", "mcc", "minority_owned_business_designation", "name",
    "product_description", "support_address", "support_email", "support_phone", "support_url", "url",
)  # fmt: skip
DUE = ("business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip")
CAPABILITIES = ("transfers", "card_payments", "alipay_payments")


def _requirements(due: tuple[str, ...]) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def _controller(params: Params) -> tuple[str, Json]:
    """The account's type and its controller: the responsibilities of platform and Stripe."""
    kind = params.choice("type", ("custom", "express", "standard"))
    if kind and "controller" in params:
        raise invalid("You may only specify one of these parameters: controller, type.")
    if "controller" not in params:
        kind = kind or "standard"
        payer = "account" if kind == "standard" else "application"
        losses = "stripe" if kind == "standard" else "application"
        collects = "application" if kind == "custom" else "stripe"
        dashboard = {"custom": "none", "express": "express", "standard": "full"}[kind]
    else:
        given = params.hash("controller")
        payer = given.hash("fees").choice("payer", ("account", "application"), "account")
        losses = given.hash("losses").choice("payments", ("application", "stripe"), "stripe")
        collects = given.choice("requirement_collection", ("application", "stripe"), "stripe")
        dashboard = given.hash("stripe_dashboard").choice("type", ("express", "full", "none"), "full")
        kind = "none"
    controller = {
        "fees": {"payer": payer},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": collects,
        "stripe_dashboard": {"type": dashboard},
        "type": "application",
    }
    return kind, controller


def _shape(tx: Transaction, account_id: str, kind: str, controller: Json, country: str) -> Json:
    currency = "eur" if country in EURO else CURRENCIES.get(country, "usd")
    return {
        "id": account_id,
        "object": "account",
        "business_profile": dict.fromkeys(PROFILE),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": controller,
        "country": country,
        "created": tx.now,
        "default_currency": currency,
        "details_submitted": False,
        "email": None,
        "external_accounts": bank_accounts.listing(account_id, []),
        "future_requirements": _requirements(()),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements(DUE),
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": kind,
    }


def _settings() -> Json:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": dict.fromkeys(("icon", "logo", "primary_color", "secondary_color")),
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            **dict.fromkeys(f"statement_descriptor_prefix{suffix}" for suffix in ("", "_kana", "_kanji")),
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": dict.fromkeys(("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")),
        "payouts": {
            "debit_negative_balances": False,
            "schedule": {"delay_days": 2, "interval": "manual"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def _apply(call: Call, account: Record) -> None:
    params, body = call.params, account.body
    for name in ("business_type", "default_currency", "email"):
        if name in params:
            body[name] = params.text(name)
    for name in ("business_profile", "company", "individual", "tos_acceptance"):
        if name in params:
            body[name] = (body.get(name) or {}) | params.hash(name).values
    for name in params.hash("capabilities").values:
        if name not in CAPABILITIES:
            raise invalid(f"Unknown capability: {name}", f"capabilities[{name}]")
        wanted = params.hash("capabilities").hash(name).boolean("requested")
        state = ("active" if body["details_submitted"] else "inactive") if wanted else None
        body["capabilities"] = {key: value for key, value in body["capabilities"].items() if key != name}
        if state:
            body["capabilities"][name] = state
    body["settings"] = _merged(body["settings"], params.hash("settings").values)
    body["metadata"] = params.metadata(body["metadata"])
    if "external_account" in params:
        bank_accounts.add(call.tx, account, params, body["country"], body["default_currency"])


def _merged(before: Json, given: Json) -> Json:
    merged = dict(before)
    for name, value in given.items():
        old: Any = merged.get(name)
        nested = isinstance(value, dict) and isinstance(old, dict)
        merged[name] = _merged(cast("Json", old), cast("Json", value)) if nested else value
    return merged


@operation("POST", "/v1/accounts", *FIELDS, "type", "controller", "country")
def create_account(call: Call) -> Json:
    """A connected account, not yet onboarded: its capabilities are inactive."""
    kind, controller = _controller(call.params)
    country = (call.params.text("country") or "US").upper()
    if len(country) != 2 or not country.isalpha() or country in call.tx.settings["unsupported_countries"]:
        raise refused(f"{country} is not currently supported by Stripe.", "country_unsupported", "country")
    account_id = new_id("acct_1")[:6] + new_id("x")[2:18]
    account = call.tx.insert("account", account_id, _shape(call.tx, account_id, kind, controller, country))
    _apply(call, account)
    call.tx.save(account)
    return account.body


def _connected(call: Call) -> Record:
    record = call.tx.get(call.path["id"], "account", None, "account")
    if call.account not in (PLATFORM, record.id):
        raise refused("The provided key does not have access to that account.", "account_invalid")
    return record


@operation("GET", "/v1/account")
def retrieve_current_account(call: Call) -> Json:
    """The account that the key, or the `Stripe-Account` header, names."""
    if call.account != PLATFORM:
        return call.tx.get(call.account, "account").body
    _, controller = _controller(Params({"type": "standard"}))
    body = _shape(call.tx, PLATFORM, "standard", controller | {"type": "account"}, "CN")
    return body | {
        "charges_enabled": True, "payouts_enabled": True, "details_submitted": True, "requirements": _requirements(()),
    }  # fmt: skip


@operation("GET", "/v1/accounts/{id}")
def retrieve_account(call: Call) -> Json:
    """A connected account."""
    return _connected(call).body


@operation("POST", "/v1/accounts/{id}", *FIELDS)
def update_account(call: Call) -> Json:
    """Change a connected account."""
    account = _connected(call)
    before = dict(account.body)
    _apply(call, account)
    call.tx.save(account)
    emit(call.tx, "account.updated", account, changed(account, before))
    return account.body


@operation("GET", "/v1/accounts", *LIST)
def list_accounts(call: Call) -> Json:
    """Connected accounts, newest first."""
    # An account is its own scope, so the list looks across scopes.
    every = Call(call.tx, call.params, "", call.path, call.base_url)
    return every.cursor_list("account", "/v1/accounts")


@operation("DELETE", "/v1/accounts/{id}")
def delete_account(call: Call) -> Json:
    """Remove an account whose balances are zero."""
    account = _connected(call)
    totals = ledger.balance(call.tx, account.id)
    if any(funds["amount"] for part in ("available", "pending") for funds in totals[part]):
        raise refused("This account cannot be deleted: its balance is not zero.", "account_invalid")
    call.tx.delete(account)
    return {"id": account.id, "object": "account", "deleted": True}


def complete_onboarding(tx: Transaction, account: Record) -> None:
    """Set what Stripe sets once the account holder has given every detail: enabled, active, with a bank account."""
    before = dict(account.body)
    if not tx.select("bank_account", account.id):
        body = account.body
        number = Params({"external_account": "btok_sandbox"})
        bank_accounts.add(tx, account, number, body["country"], body["default_currency"])
    account.body |= {
        "business_type": account.body["business_type"] or "individual",
        "capabilities": dict.fromkeys(account.body["capabilities"], "active"),
        "charges_enabled": "card_payments" in account.body["capabilities"],
        "details_submitted": True,
        "payouts_enabled": True,
        "requirements": _requirements(()),
        "tos_acceptance": {"date": tx.now, "ip": "127.0.0.1", "user_agent": None},
    }
    tx.save(account)
    if changes := changed(account, before):
        emit(tx, "account.updated", account, changes)


@operation("POST", "/v1/account_links", "account", "collect", "collection_options", "refresh_url", "return_url", "type")
def create_account_link(call: Call) -> Json:
    """A link to the sandbox's onboarding page, to be opened once."""
    params = call.params
    account = call.tx.get(params.required("account"), "account", None, "account", 400)
    if params.choice("type", ("account_onboarding", "account_update")) is None:
        raise invalid("Missing required param: type.", "type", "parameter_missing")
    refresh, back = params.required("refresh_url"), params.required("return_url")
    token = new_id("link")
    link: Json = {
        "object": "account_link",
        "created": call.tx.now,
        "expires_at": call.tx.now + LINK_SECONDS,
        "url": f"{call.base_url}/setup/{account.id}/{token}",
    }
    hidden = {"refresh_url": refresh, "return_url": back, "used": False}
    call.tx.insert("account_link", account.id, link | {"id": token}, hidden)
    return link


@operation("POST", "/v1/accounts/{id}/login_links")
def create_login_link(call: Call) -> Json:
    """A link to an Express account's page: here, the sandbox's index."""
    account = _connected(call)
    if account.body["controller"]["stripe_dashboard"]["type"] != "express":
        raise refused("Cannot create a login link for an account that has no Express Dashboard.", "account_invalid")
    return {"object": "login_link", "created": call.tx.now, "url": f"{call.base_url}/#{account.id}"}
