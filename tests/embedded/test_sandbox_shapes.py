"""Our objects have the fields of Stripe's: those of the SDK's types and, where at hand, of Stripe's fixtures."""

import json
import os
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox

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
INCLUDED_ON_REQUEST = {"charge": {"refunds"}}
"""Fields that Stripe's fixture shows and its API leaves out unless expanded."""


def reference() -> Path | None:
    """Stripe's fixtures, if this machine has them."""
    folder = os.environ.get("AGRIMARKET_REFERENCE_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data"
    file = Path(folder) / "stripe" / "fixtures3.json"
    return file if file.is_file() else None


@pytest.fixture
def objects(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> dict[str, list[dict[str, Any]]]:
    """One or more of every object, as the SDK got them."""
    customer = client.v1.customers.create({"email": "a@example.com"})
    intent = pay(9_000)
    transfer = client.v1.transfers.create({"amount": 5_000, "currency": "cny", "destination": seller})
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 1_000})
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    payout = client.v1.payouts.create({"amount": 100, "currency": "cny"}, {"stripe_account": seller})
    dispute = sandbox.control("POST", f"charges/{pay(2_000).latest_charge}/dispute")
    account = client.v1.accounts.retrieve(seller)
    urls: Any = {"refresh_url": "https://a.example", "return_url": "https://a.example"}
    link = client.v1.account_links.create({"account": seller, "type": "account_onboarding", **urls})
    made = [
        *[customer, intent, transfer, reversal, refund, payout, account, link],
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
    fixtures = reference()
    resources = json.loads(fixtures.read_text())["resources"] if fixtures else {}
    for kind, made in objects.items():
        annotations = TYPES[kind].__annotations__
        known = set(annotations) | set(resources.get(kind, {})) | {"customer_account"}
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
    file = reference()
    assert file is not None
    resources = json.loads(file.read_text())["resources"]
    partial = {"payment_method", "event", "bank_account", "refund", "payment_intent"}
    for kind, made in objects.items():
        wanted = set(resources[kind]) - INCLUDED_ON_REQUEST.get(kind, set())
        for item in made:
            lacking = wanted - set(item)
            if kind in partial:
                lacking &= {name for name, value in resources[kind].items() if value is not None and value != {}}
                lacking -= {"card", "managed_payments", "destination_details"}
            assert not lacking, f"{kind}: {sorted(lacking)}"
            for name in set(item) & set(resources[kind]):
                ours, theirs = item[name], resources[kind][name]
                unexpanded = isinstance(ours, str) and isinstance(theirs, dict)
                if ours is not None and theirs is not None and not unexpanded:
                    assert type(ours) is type(theirs), (kind, name)
