"""Connected accounts, transfers, reversals and payouts through the real SDK."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox

DAY = 86_400


def available(client: stripe.StripeClient, account: str | None = None) -> int:
    """The available CNY balance."""
    balance = client.v1.balance.retrieve(options={"stripe_account": account} if account else {})
    return sum(funds.amount for funds in balance.available if funds.currency == "cny")


def send(client: stripe.StripeClient, seller: str, amount: int, **more: Any) -> stripe.Transfer:
    """Transfer CNY to the seller."""
    return client.v1.transfers.create({"amount": amount, "currency": "cny", "destination": seller, **more})  # type: ignore[typeddict-item]


def test_an_account_is_onboarded_on_the_link(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    account = client.v1.accounts.create(
        {
            "country": "HK",
            "email": "farm@example.com",
            "capabilities": {"transfers": {"requested": True}, "card_payments": {"requested": True}},
            "controller": {"stripe_dashboard": {"type": "express"}, "fees": {"payer": "application"}},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
        }
    )
    assert (account.details_submitted, account.payouts_enabled) == (False, False)
    assert account.capabilities["transfers"] == "inactive"  # type: ignore[index]
    assert account.requirements.currently_due  # type: ignore[union-attr]
    pay(1_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, account.id, 500)
    assert refused.value.code == "insufficient_capabilities_for_transfer"
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://farm.example/again",
            "return_url": "https://farm.example/done",
        }
    )
    assert "Complete onboarding" in httpx.get(link.url).text
    assert httpx.post(link.url).headers["location"] == "https://farm.example/done"
    assert httpx.post(link.url).headers["location"] == "https://farm.example/again"
    account = client.v1.accounts.retrieve(account.id)
    assert (account.details_submitted, account.payouts_enabled, account.charges_enabled) == (True, True, True)
    assert account.capabilities["transfers"] == "active"  # type: ignore[index]
    assert len(account.external_accounts.data) == 1  # type: ignore[union-attr]
    (event,) = client.v1.events.list({"type": "account.updated"}, {"stripe_account": account.id}).data
    assert event.account == account.id
    assert event.data.previous_attributes["payouts_enabled"] is False  # type: ignore[index]


def test_an_onboarding_link_expires(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    account = client.v1.accounts.create({"type": "express"})
    urls = {"refresh_url": "https://farm.example/again", "return_url": "https://farm.example/done"}
    link = client.v1.account_links.create({"account": account.id, "type": "account_onboarding", **urls})  # type: ignore[typeddict-item]
    sandbox.control("POST", "clock", {"advance_seconds": 301})
    assert httpx.get(link.url).headers["location"] == "https://farm.example/again"
    assert httpx.post(link.url).headers["location"] == "https://farm.example/again"
    assert client.v1.accounts.retrieve(account.id).details_submitted is False


def test_accounts_are_changed_listed_and_removed(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    first, second = (client.v1.accounts.create({"type": "custom", "country": "HK"}) for _ in range(2))
    assert [account.id for account in client.v1.accounts.list().data] == [second.id, first.id]
    updated = client.v1.accounts.update(
        first.id,
        {
            "email": "new@example.com",
            "metadata": {"seller": "9"},
            "settings": {"payouts": {"schedule": {"interval": "weekly"}}},
        },
    )
    assert (updated.email, updated.metadata["seller"]) == ("new@example.com", "9")  # type: ignore[index]
    assert updated.settings.payouts.schedule.interval == "weekly"  # type: ignore[union-attr]
    assert updated.settings.payouts.debit_negative_balances is False  # type: ignore[union-attr]
    client.v1.accounts.delete(second.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.accounts.retrieve(second.id)
    sandbox.control("POST", "settings", {"unsupported_countries": ["CN"]})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.accounts.create({"type": "express", "country": "CN"})
    assert refused.value.param == "country"


def test_transfers_move_platform_funds(client: stripe.StripeClient, seller: str, pay: Callable[..., Any]) -> None:
    pay(1_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, seller, 1_001)
    assert (refused.value.code, available(client)) == ("balance_insufficient", 1_000)
    transfer = send(client, seller, 600, transfer_group="grp_9", metadata={"order": "4"})
    assert (available(client), available(client, seller)) == (400, 600)
    assert [found.id for found in client.v1.transfers.list({"transfer_group": "grp_9"}).data] == [transfer.id]
    assert not client.v1.transfers.list({"transfer_group": "grp_8"}).data
    payment = client.v1.charges.retrieve(transfer.destination_payment, options={"stripe_account": seller})  # type: ignore[arg-type]
    assert (payment.amount, payment.source_transfer) == (600, transfer.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        send(client, "acct_unknown", 1)
    assert (refused.value.code, refused.value.param) == ("resource_missing", "destination")


def test_transfers_from_a_charge_never_exceed_it(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> None:
    sandbox.control("POST", "settings", {"funds_delay_seconds": DAY})
    charge = pay(1_000, transfer_group="grp_1").latest_charge
    with pytest.raises(stripe.InvalidRequestError):
        send(client, seller, 700)
    transfer = send(client, seller, 700, source_transaction=charge)
    assert transfer.transfer_group == "grp_1"
    assert available(client, seller) == 0
    with pytest.raises(stripe.InvalidRequestError):
        send(client, seller, 301, source_transaction=charge)
    sandbox.control("POST", "clock", {"advance_seconds": DAY})
    assert (available(client), available(client, seller)) == (300, 700)
    with pytest.raises(stripe.InvalidRequestError):
        send(client, seller, 1, source_transaction=charge, transfer_group="grp_2")


def test_reversals_need_the_sellers_balance(client: stripe.StripeClient, seller: str, pay: Callable[..., Any]) -> None:
    pay(1_000)
    transfer = send(client, seller, 1_000)
    reversal = client.v1.transfers.reversals.create(transfer.id, {"amount": 300})
    assert (reversal.amount, available(client), available(client, seller)) == (300, 300, 700)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.transfers.reversals.create(transfer.id, {"amount": 701})
    client.v1.payouts.create({"amount": 500, "currency": "cny"}, {"stripe_account": seller})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.transfers.reversals.create(transfer.id)
    assert refused.value.code == "balance_insufficient"
    assert (available(client), available(client, seller)) == (300, 200)
    transfer = client.v1.transfers.retrieve(transfer.id)
    assert (transfer.amount_reversed, transfer.reversed, len(transfer.reversals.data)) == (300, False, 1)
    client.v1.transfers.reversals.create(transfer.id, {"amount": 200})
    assert [r.amount for r in client.v1.transfers.reversals.list(transfer.id).data] == [200, 300]


def test_payouts_arrive_with_the_clock(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> None:
    as_seller: Any = {"stripe_account": seller}
    pay(1_000)
    send(client, seller, 1_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payouts.create({"amount": 1_001, "currency": "cny"}, as_seller)
    assert refused.value.code == "balance_insufficient"
    payout = client.v1.payouts.create({"amount": 800, "currency": "cny", "metadata": {"p": "1"}}, as_seller)
    assert (payout.status, available(client, seller)) == ("pending", 200)
    sandbox.control("POST", "clock", {"advance_seconds": DAY})
    assert client.v1.payouts.retrieve(payout.id, options=as_seller).status == "in_transit"
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payouts.cancel(payout.id, options=as_seller)
    sandbox.control("POST", "clock", {"advance_seconds": DAY})
    assert client.v1.payouts.retrieve(payout.id, options=as_seller).status == "paid"
    (event,) = client.v1.events.list({"type": "payout.paid"}, as_seller).data
    assert (event.created, event.data.object["id"]) == (payout.arrival_date, payout.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payouts.retrieve(payout.id)
    entries = client.v1.balance_transactions.list({"source": payout.id}, as_seller).data
    assert [(entry.type, entry.amount) for entry in entries] == [("payout", -800)]


def test_payouts_are_cancelled_or_fail(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> None:
    as_seller: Any = {"stripe_account": seller}
    pay(1_000)
    send(client, seller, 1_000)

    def create() -> str:
        return client.v1.payouts.create({"amount": 500, "currency": "cny"}, as_seller).id

    assert client.v1.payouts.cancel(create(), options=as_seller).status == "canceled"
    assert available(client, seller) == 1_000
    failed = sandbox.control("POST", f"payouts/{create()}/fail")
    assert (failed["status"], failed["failure_code"], available(client, seller)) == ("failed", "account_closed", 1_000)
    later = create()
    sandbox.control("POST", f"payouts/{later}/fail", {"failure_code": "no_account", "when": "on_arrival"})
    sandbox.control("POST", "clock", {"advance_seconds": 2 * DAY})
    payout = client.v1.payouts.retrieve(later, options=as_seller)
    assert (payout.status, payout.failure_code, available(client, seller)) == ("failed", "no_account", 1_000)
    assert [p.id for p in client.v1.payouts.list({"status": "failed"}, as_seller).data] == [later, failed["id"]]


def test_stripes_failing_bank_account_fails(
    client: stripe.StripeClient, sandbox: RunningSandbox, seller: str, pay: Callable[..., Any]
) -> None:
    bank = client.v1.accounts.external_accounts.create(
        seller,
        {
            "external_account": {  # type: ignore[typeddict-item]
                "object": "bank_account",
                "country": "HK",
                "currency": "cny",
                "account_number": "000111111116",
                "routing_number": "110-000",
            },
            "default_for_currency": True,
        },
    )
    pay(1_000)
    send(client, seller, 1_000)
    payout = client.v1.payouts.create({"amount": 1_000, "currency": "cny"}, {"stripe_account": seller})
    assert payout.destination == bank.id
    sandbox.control("POST", "clock", {"advance_seconds": 2 * DAY})
    payout = client.v1.payouts.retrieve(payout.id, options={"stripe_account": seller})
    assert (payout.status, payout.failure_code) == ("failed", "no_account")
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.accounts.external_accounts.delete(seller, bank.id)


def test_the_index_page_shows_balances(
    client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]
) -> None:
    intent = pay(4_321)
    page = httpx.get(sandbox.url).text
    assert intent.id in page
    assert "4321" in page
