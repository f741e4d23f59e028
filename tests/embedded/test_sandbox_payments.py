"""Payment intents, charges, refunds and disputes through the real SDK."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import stripe

from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox

CARD = {"allowed_payment_method_types": ["card"]}


def available(client: stripe.StripeClient, account: str | None = None, currency: str = "cny") -> int:
    """The available balance."""
    options = {"stripe_account": account} if account else {}
    balance = client.v1.balance.retrieve(options=options)
    return sum(funds.amount for funds in balance.available if funds.currency == currency)


def test_a_card_payment_succeeds_and_reaches_the_balance(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    intent = pay(5_000, transfer_group="grp_1", metadata={"order": "7"}, expand=["latest_charge.balance_transaction"])
    assert (intent.status, intent.amount_received, intent.payment_method_types) == ("succeeded", 5_000, ["card"])
    charge = intent.latest_charge
    assert (charge.paid, charge.captured, charge.transfer_group, charge.metadata.order) == (True, True, "grp_1", "7")
    assert (charge.balance_transaction.net, charge.balance_transaction.type) == (5_000, "charge")
    assert available(client) == 5_000
    assert [c.id for c in client.v1.charges.list({"payment_intent": intent.id}).data] == [charge.id]


def test_fees_are_kept_when_set(client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]) -> None:
    sandbox.control("POST", "settings", {"fee_bps": 290, "fee_fixed": 30})
    intent = pay(10_000, expand=["latest_charge.balance_transaction"])
    entry = intent.latest_charge.balance_transaction
    assert (entry.fee, entry.net, entry.fee_details[0].amount) == (320, 9_680, 320)
    assert available(client) == 9_680


def test_funds_wait_when_told_to(client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]) -> None:
    sandbox.control("POST", "settings", {"funds_delay_seconds": 3600})
    pay(1_000)
    balance = client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 1_000)
    sandbox.control("POST", "clock", {"advance_seconds": 3601})
    balance = client.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (1_000, 0)


def test_confirm_in_two_steps(client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.create({"amount": 900, "currency": "jpy", **CARD})
    assert intent.status == "requires_payment_method"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    intent = client.v1.payment_intents.update(intent.id, {"amount": 950, "payment_method": "pm_card_visa"})
    assert intent.status == "requires_confirmation"
    assert client.v1.payment_intents.confirm(intent.id).status == "succeeded"
    assert available(client, currency="jpy") == 950
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.update(intent.id, {"amount": 960})
    assert client.v1.payment_intents.update(intent.id, {"metadata": {"late": "yes"}}).metadata["late"] == "yes"


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ],
)
def test_a_declined_card_leaves_an_intent_to_try_again(
    client: stripe.StripeClient, pay: Callable[..., Any], token: str, code: str, decline_code: str | None
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        pay(payment_method=token)
    assert (refused.value.http_status, refused.value.code) == (402, code)
    assert refused.value.error.decline_code == decline_code  # type: ignore[union-attr]
    (intent,) = client.v1.payment_intents.list().data
    assert (intent.status, intent.last_payment_error.code) == ("requires_payment_method", code)  # type: ignore[union-attr]
    (charge,) = client.v1.charges.list().data
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)
    assert available(client) == 0
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"
    assert available(client) == 10_000


def test_manual_capture_of_a_part_releases_the_rest(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    intent = pay(10_000, capture_method="manual")
    assert (intent.status, intent.amount_capturable, available(client)) == ("requires_capture", 10_000, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 10_001})
    assert refused.value.code == "amount_too_large"
    intent = client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 8_200})
    assert (intent.status, intent.amount_received, intent.amount_capturable) == ("succeeded", 8_200, 0)
    assert available(client) == 8_200
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.capture(intent.id)
    assert refused.value.code == "payment_intent_unexpected_state"
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert (refund.amount, available(client)) == (8_200, 0)


def test_an_authorisation_is_cancelled_or_lapses(
    client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]
) -> None:
    first, second = pay(capture_method="manual"), pay(capture_method="manual")
    cancelled = client.v1.payment_intents.cancel(first.id, {"cancellation_reason": "requested_by_customer"})
    assert (cancelled.status, cancelled.amount_capturable) == ("canceled", 0)
    sandbox.control("POST", "clock", {"advance_seconds": 7 * 86_400})
    lapsed = client.v1.payment_intents.retrieve(second.id)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "automatic")
    assert client.v1.charges.retrieve(second.latest_charge).captured is False
    for act in (client.v1.payment_intents.capture, client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            act(second.id)
        assert refused.value.code == "payment_intent_unexpected_state"
    assert available(client) == 0


def test_alipay_redirects_and_comes_back(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 6_600,
            "currency": "cny",
            "confirm": True,
            "allowed_payment_method_types": ["alipay"],
            "payment_method_data": {"type": "alipay"},
            "return_url": "https://shop.example/back?order=1",
            "description": "白菜 10 斤",
        }
    )
    assert (intent.status, intent.next_action.type) == ("requires_action", "alipay_handle_redirect")  # type: ignore[union-attr]
    url = intent.next_action.alipay_handle_redirect.url  # type: ignore[union-attr]
    page = httpx.get(url)
    assert page.status_code == 200
    assert "白菜 10 斤" in page.text
    back = httpx.post(url, data={"outcome": "succeed"})
    assert back.status_code == 303
    assert back.headers["location"].startswith("https://shop.example/back?order=1&payment_intent=pi_")
    assert "redirect_status=succeeded" in back.headers["location"]
    httpx.post(url, data={"outcome": "fail"})
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.latest_charge.payment_method_details.type) == ("succeeded", "alipay")  # type: ignore[union-attr]
    assert available(client) == 6_600
    assert httpx.get(url.replace("client_secret=pi", "client_secret=xx")).status_code == 404


@pytest.mark.parametrize("token", ["alipay", "pm_card_authenticationRequired"])
def test_a_failed_action_can_be_tried_again(client: stripe.StripeClient, sandbox: RunningSandbox, token: str) -> None:
    method = {"payment_method_data": {"type": "alipay"}} if token == "alipay" else {"payment_method": token}
    intent = client.v1.payment_intents.create(
        {"amount": 500, "currency": "cny", "confirm": True, "return_url": "https://shop.example/", **method}  # type: ignore[typeddict-item]
    )
    assert intent.status == "requires_action"
    failed = sandbox.control("POST", f"payment_intents/{intent.id}/complete_action", {"outcome": "fail"})
    assert failed["status"] == "requires_payment_method"
    assert failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status == "succeeded"


def test_a_late_answer_goes_through_processing(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    intent = client.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "cny",
            "confirm": True,
            "payment_method_data": {"type": "alipay"},
            "return_url": "https://shop.example/",
        }
    )
    path = f"payment_intents/{intent.id}/complete_action"
    assert sandbox.control("POST", path, {"outcome": "processing"})["status"] == "processing"
    assert sandbox.control("POST", path, {"outcome": "succeed"})["status"] == "succeeded"
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.control("POST", path, {"outcome": "succeed"})
    assert available(client) == 500


def test_alipay_refuses_what_it_cannot_do(client: stripe.StripeClient) -> None:
    alipay: dict[str, Any] = {"amount": 500, "currency": "cny", "allowed_payment_method_types": ["alipay"]}
    for wrong in ({"capture_method": "manual"}, {"currency": "thb", "amount": 5_000}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.payment_intents.create(alipay | wrong)  # type: ignore[arg-type]
        assert refused.value.code == "payment_intent_invalid_parameter"
    both = client.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "cny",
            "allowed_payment_method_types": ["card", "alipay"],
            "payment_method_options": {"card": {"capture_method": "manual"}},
        }
    )
    assert both.payment_method_types == ["card", "alipay"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.confirm(both.id, {"payment_method_data": {"type": "alipay"}})
    assert refused.value.param == "return_url"
    assert client.v1.payment_intents.confirm(both.id, {"payment_method": "pm_card_visa"}).status == "requires_capture"


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [(399, "cny", "amount_too_small"), (49, "jpy", "amount_too_small"), (100_000_000, "cny", "amount_too_large")],
)
def test_amounts_have_bounds(client: stripe.StripeClient, amount: int, currency: str, code: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.create({"amount": amount, "currency": currency})
    assert (refused.value.code, refused.value.param) == (code, "amount")
    assert not client.v1.payment_intents.list().data


def test_refunds_never_exceed_the_charge(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    intent = pay(1_000)
    first = client.v1.refunds.create({"payment_intent": intent.id, "amount": 300, "reason": "requested_by_customer"})
    assert (first.status, first.charge, available(client)) == ("succeeded", intent.latest_charge, 700)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": 701})
    assert refused.value.param == "amount"
    client.v1.refunds.create({"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"charge": intent.latest_charge, "amount": 1})
    assert refused.value.code == "charge_already_refunded"
    charge = client.v1.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 1_000)
    assert [refund.amount for refund in charge.refunds.data] == [700, 300]  # type: ignore[union-attr]
    assert available(client) == 0


def test_a_refund_waits_for_money(client: stripe.StripeClient, seller: str, pay: Callable[..., Any]) -> None:
    intent = pay(1_000)
    client.v1.transfers.create({"amount": 600, "currency": "cny", "destination": seller})
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert (refund.status, refund.pending_reason, available(client)) == ("pending", "insufficient_funds", 400)
    pay(700)
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert available(client) == 100


def test_refunds_that_the_bank_refuses(
    client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]
) -> None:
    intent = pay(1_000, payment_method="pm_card_refundFail")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    sandbox.control("POST", "clock", {"advance_seconds": 61})
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert available(client) == 1_000
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 0
    later = client.v1.refunds.create({"payment_intent": pay(payment_method="pm_card_pendingRefund").id})
    assert later.status == "pending"
    sandbox.control("POST", "clock", {"advance_seconds": 61})
    assert client.v1.refunds.retrieve(later.id).status == "succeeded"


def test_disputes_take_the_money_until_won(
    client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]
) -> None:
    sandbox.control("POST", "settings", {"dispute_fee": 150})
    intent = pay(1_000, payment_method="pm_card_createDispute")
    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id}).data
    assert (dispute.status, dispute.amount, available(client)) == ("needs_response", 1_000, -150)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    won = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (won.status, available(client)) == ("won", 850)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.close(dispute.id)


def test_disputes_by_control_end_as_told(
    client: stripe.StripeClient, sandbox: RunningSandbox, pay: Callable[..., Any]
) -> None:
    charge = pay(1_000).latest_charge
    dispute = sandbox.control("POST", f"charges/{charge}/dispute", {"amount": 400, "reason": "product_not_received"})
    assert (dispute["amount"], available(client)) == (400, 600)
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.control("POST", f"charges/{charge}/dispute")
    assert sandbox.control("POST", f"disputes/{dispute['id']}/resolve", {"outcome": "lost"})["status"] == "lost"
    other = sandbox.control("POST", f"charges/{pay(500).latest_charge}/dispute")
    sandbox.control("POST", "clock", {"advance_seconds": 9 * 86_400})
    assert client.v1.disputes.retrieve(other["id"]).status == "lost"
    assert available(client) == 600
    types = {event.type for event in client.v1.events.list({"limit": 100}).data}
    assert {"charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"} <= types


def test_off_session_payments_that_need_the_payer_are_declined(
    client: stripe.StripeClient, pay: Callable[..., Any]
) -> None:
    with pytest.raises(stripe.CardError) as refused:
        pay(payment_method="pm_card_authenticationRequired", off_session=True)
    assert refused.value.code == "authentication_required"
    (intent,) = client.v1.payment_intents.list().data
    assert (intent.status, available(client)) == ("requires_payment_method", 0)


def test_customers_keep_payment_methods(client: stripe.StripeClient, pay: Callable[..., Any]) -> None:
    customer = client.v1.customers.create({"email": "buyer@example.com", "name": "王芳", "metadata": {"a": "1"}})
    method = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    assert method.card.last4 == "4242"  # type: ignore[union-attr]
    intent = pay(customer=customer.id, payment_method=method.id)
    assert [found.id for found in client.v1.payment_intents.list({"customer": customer.id}).data] == [intent.id]
    updated = client.v1.customers.update(customer.id, {"metadata": {"a": "", "b": "2"}})
    assert updated.metadata.to_dict() == {"b": "2"}  # type: ignore[union-attr]
    assert client.v1.payment_methods.detach(method.id).customer is None
    client.v1.customers.delete(customer.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.retrieve(customer.id)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
