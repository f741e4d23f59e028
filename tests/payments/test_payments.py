"""Payments: card and Alipay, settlement, cancellation, and who may see one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role
from agrimarket.payments.errors import (
    FinalAmountsUnsound,
    PaymentClosed,
    PaymentExists,
    PaymentNotHeld,
    PaymentRefused,
    ProviderAway,
    SplitsUnsound,
)
from agrimarket.payments.flows import payments as payment_flows
from agrimarket.payments.service import payments
from agrimarket.payments.states import LedgerKind, PaymentMethod, PaymentState
from tests.factories.payments import COMMISSION_BPS, Sale, Till, a_sale, pay, settle, somebody


def state_of(till: Till, sale: Sale) -> str:
    return till.one("SELECT state FROM payment WHERE id = :id", id=sale.payment_id).state


def topics(till: Till, prefix: str = "payment.") -> list[str]:
    rows = till.all("SELECT topic FROM outbox_message WHERE topic LIKE :like ORDER BY id", like=f"{prefix}%")
    return [row.topic for row in rows]


def test_a_card_is_held_and_then_captured_for_what_was_packed(till: Till) -> None:
    sale = a_sale(till, [6_000, 4_000])
    started = payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    assert (started.state, started.redirect_url) == (PaymentState.AUTHORISED, None)
    assert till.book(LedgerKind.PROVIDER_BALANCE) == 0
    settle(till, sale, [5_500, 0])
    assert state_of(till, sale) == "settled"
    assert till.book(LedgerKind.PROVIDER_BALANCE) == 5_500
    assert till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == 5_225
    assert till.book(LedgerKind.COMMISSION_REVENUE) == 275
    assert till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[1]) == 0
    assert till.gateway.balance().total == {"CNY": 5_500}
    assert topics(till) == ["payment.succeeded", "payment.settled"]
    assert till.trial() == 0


def test_alipay_is_captured_at_once_and_the_difference_goes_back(till: Till) -> None:
    sale = a_sale(till, [6_000, 4_000], method=PaymentMethod.ALIPAY)
    started = payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    assert started.state == PaymentState.PENDING
    assert started.redirect_url is not None
    again = payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    assert again.redirect_url == started.redirect_url
    pay(till, sale)
    assert state_of(till, sale) == "captured"
    assert till.book(LedgerKind.BUYER_FUNDS) == 10_000
    settle(till, sale, [5_000, 0])
    assert state_of(till, sale) == "settled"
    assert till.book(LedgerKind.BUYER_FUNDS) == till.book(LedgerKind.REFUNDS_PAYABLE) == 0
    assert till.book(LedgerKind.PROVIDER_BALANCE) == till.gateway.balance().total["CNY"] == 5_000
    refunds = till.all("SELECT amount, state, settlement FROM refund ORDER BY amount")
    assert [tuple(row) for row in refunds] == [(1_000, "succeeded", True), (4_000, "succeeded", True)]
    assert till.trial() == 0


def test_fees_are_booked_once(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"fee_bps": 290, "fee_fixed": 30})
    sale = a_sale(till)
    pay(till, sale)
    settle(till, sale)
    for _ in range(2):
        payment_flows.refresh(till.db, till.gateway, sale.payment_id)
    assert till.book(LedgerKind.PROVIDER_FEES) == 320
    assert till.book(LedgerKind.PROVIDER_BALANCE) == till.gateway.balance().total["CNY"] == 9_680


def test_a_declined_card_may_be_followed_by_another(till: Till) -> None:
    sale = a_sale(till)
    with pytest.raises(PaymentRefused) as refused:
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_chargeDeclinedInsufficientFunds")
    assert refused.value.values == {"code": "card_declined", "decline_code": "insufficient_funds"}
    assert state_of(till, sale) == "failed"
    assert payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa").state == "authorised"
    assert till.calls("POST /v1/payment_intents")["effects"] == 1
    assert topics(till) == ["payment.failed", "payment.succeeded"]


def test_a_browser_confirms_and_the_return_page_finds_out(till: Till) -> None:
    sale = a_sale(till)
    started = payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    assert started.state == PaymentState.CREATED
    assert started.client_secret is not None
    intent = started.client_secret.partition("_secret")[0]
    till.sandbox.client().v1.payment_intents.confirm(
        intent, {"payment_method": "pm_card_visa", "return_url": "https://a.example"}
    )
    for _ in range(3):
        assert payment_flows.refresh(till.db, till.gateway, sale.payment_id).state == PaymentState.AUTHORISED
    assert topics(till) == ["payment.succeeded"]


@pytest.mark.parametrize("paid", [False, True])
@pytest.mark.parametrize("method", PaymentMethod)
def test_cancelling_leaves_nothing_with_us(till: Till, method: PaymentMethod, paid: bool) -> None:
    sale = a_sale(till, method=method)
    if paid:
        pay(till, sale)
    else:
        payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    with till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    till.settle_down()
    captured = paid and method == PaymentMethod.ALIPAY
    assert state_of(till, sale) == ("settled" if captured else "cancelled")
    assert topics(till)[-1] == "payment.cancelled"
    assert till.gateway.balance().total.get("CNY", 0) == till.book(LedgerKind.PROVIDER_BALANCE) == 0
    with till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    assert topics(till).count("payment.cancelled") == 1


def test_a_payment_that_never_began_is_cancelled_at_once(till: Till) -> None:
    sale = a_sale(till)
    with till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    assert state_of(till, sale) == "cancelled"
    with pytest.raises(PaymentClosed):
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    assert till.calls("POST /v1/payment_intents")["calls"] == 0


def test_a_payment_that_arrives_after_it_was_given_up_goes_back(till: Till) -> None:
    sale = a_sale(till, method=PaymentMethod.ALIPAY)
    payment_flows.start(till.db, till.gateway, sale.payment_id, None)
    with till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    intent = till.one("SELECT provider_id FROM payment").provider_id
    till.sandbox.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "succeed"})
    till.settle_down()
    assert state_of(till, sale) == "settled"
    assert topics(till) == ["payment.cancelled"]
    assert till.one("SELECT state FROM refund").state == "succeeded"
    assert till.gateway.balance().total["CNY"] == till.book(LedgerKind.PROVIDER_BALANCE) == 0


def test_an_authorisation_that_lapsed_is_told(till: Till) -> None:
    sale = a_sale(till)
    pay(till, sale)
    till.pass_time(timedelta(days=8), provider=True)
    settle(till, sale)
    assert state_of(till, sale) == "cancelled"
    event = till.one("SELECT payload FROM outbox_message WHERE topic = 'payment.cancelled'")
    assert event.payload["lapsed"] is True
    assert till.trial() == 0


def test_settling_is_refused_where_it_makes_no_sense(till: Till) -> None:
    sale = a_sale(till, [6_000, 4_000])
    first, second = sale.references
    with pytest.raises(PaymentNotHeld):
        settle(till, sale)
    pay(till, sale)
    unsound = [
        {first: Money(6_000)},
        {first: Money(6_001), second: Money(0)},
        {first: Money(-1), second: Money(0)},
        {first: Money(1), second: Money(1), new_id(): Money(1)},
        {first: Money(1, "JPY"), second: Money(1, "JPY")},
    ]
    for finals in unsound:
        with pytest.raises(FinalAmountsUnsound), till.db.transaction() as session:
            payments.settle(session, sale.source_type, sale.source_id, finals)
    with pytest.raises(NotFound), till.db.transaction() as session:
        payments.settle(session, sale.source_type, new_id(), {})
    assert state_of(till, sale) == "authorised"
    settle(till, sale, [6_000, 3_000])
    settle(till, sale, [6_000, 3_000])
    with pytest.raises(PaymentClosed):
        settle(till, sale, [6_000, 2_000])
    with pytest.raises(PaymentClosed), till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    assert till.calls("POST /v1/payment_intents/{id}/capture")["effects"] == 1


def test_a_source_has_one_live_payment(till: Till) -> None:
    sale = a_sale(till)

    def again(amount: int) -> None:
        with till.db.transaction() as session:
            part = payments.SplitIn(sale.sellers[0], sale.references[0], Money(amount), COMMISSION_BPS)
            payer = till.one("SELECT payer_id FROM payment").payer_id
            payments.create(
                session,
                source_type=sale.source_type,
                source_id=sale.source_id,
                payer_id=payer,
                parts=[part] if amount else [],
                method=PaymentMethod.CARD,
                transfer_group="grp",
            )

    again(10_000)
    with pytest.raises(PaymentExists):
        again(9_000)
    with pytest.raises(SplitsUnsound):
        again(0)
    assert len(till.all("SELECT id FROM payment")) == 1


def test_nothing_is_called_inside_a_transaction(till: Till) -> None:
    with till.db.transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        till.gateway.balance()


def test_a_provider_that_is_away_is_asked_again(till: Till) -> None:
    sale = a_sale(till)
    till.fault("rate_limit", "/v1/payment_intents")
    with pytest.raises(ProviderAway):
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    assert payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa").state == "authorised"


@pytest.mark.parametrize("path", ["/v1/payment_intents", "/v1/payment_intents/*/confirm"])
@pytest.mark.parametrize("kind", ["error_after", "error_before"])
def test_a_lost_answer_while_paying_is_found_out(till: Till, kind: str, path: str) -> None:
    sale, confirmed_later = a_sale(till), path.endswith("/confirm")
    if confirmed_later:  # it was left to the payer's browser at first
        assert payment_flows.start(till.db, till.gateway, sale.payment_id, None).state == PaymentState.CREATED
    till.fault(kind, path)
    with pytest.raises(ProviderAway):
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    till.resolve()
    started = payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    assert started.state == PaymentState.AUTHORISED
    assert till.calls("POST /v1/payment_intents")["effects"] == 1
    assert till.calls("POST /v1/payment_intents/{id}/confirm")["effects"] == int(confirmed_later)
    assert till.sandbox.control("GET", "summary")["objects"]["charge"] == 1
    settle(till, sale)
    assert till.gateway.balance().total["CNY"] == 10_000


def test_who_pays_again_finds_out_what_a_dead_process_began(till: Till) -> None:
    sale = a_sale(till)
    till.fault("error_after", "/v1/payment_intents")
    for _ in range(2):  # while the first call may still be under way nobody makes another
        with pytest.raises(ProviderAway):
            payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    till.pass_time(timedelta(minutes=2))
    assert payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa").state == "authorised"
    assert till.calls("POST /v1/payment_intents")["calls"] == 1
    assert topics(till) == ["payment.succeeded"]


def test_a_webhook_that_overtakes_the_answer_completes_the_payment(till: Till) -> None:
    sale = a_sale(till)
    till.fault("error_after", "/v1/payment_intents")
    with pytest.raises(ProviderAway):
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    assert till.one("SELECT provider_id FROM payment").provider_id is None
    till.catch_up()
    assert state_of(till, sale) == "authorised"
    till.resolve()
    assert till.one("SELECT state FROM provider_call").state == "done"
    assert topics(till) == ["payment.succeeded"]
    settle(till, sale)
    till.agrees()


def test_a_payment_given_up_while_its_call_was_under_way_is_cancelled_there(till: Till) -> None:
    sale = a_sale(till)
    till.fault("error_after", "/v1/payment_intents")
    with pytest.raises(ProviderAway):
        payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_visa")
    with till.db.transaction() as session:
        payments.cancel(session, sale.source_type, sale.source_id)
    till.resolve()
    assert state_of(till, sale) == "cancelled"
    assert till.calls("POST /v1/payment_intents/{id}/cancel")["effects"] == 1
    assert topics(till) == ["payment.cancelled"]


def test_a_card_that_asks_for_three_d_secure_is_sent_to_the_bank(till: Till) -> None:
    sale = a_sale(till)
    started = payment_flows.start(till.db, till.gateway, sale.payment_id, "pm_card_authenticationRequired")
    assert started.state == PaymentState.PENDING
    assert started.redirect_url is not None
    intent = till.one("SELECT provider_id FROM payment").provider_id
    till.sandbox.control("POST", f"payment_intents/{intent}/complete_action", {"outcome": "succeed"})
    assert payment_flows.refresh(till.db, till.gateway, sale.payment_id).state == PaymentState.AUTHORISED
    assert till.calls("POST /v1/payment_intents")["effects"] == 1
    assert topics(till) == ["payment.succeeded"]


def test_one_settlement_of_many_at_once(till: Till) -> None:
    sale = a_sale(till)
    pay(till, sale)

    def act(number: int) -> None:
        with till.db.transaction() as session:
            payments.settle(session, sale.source_type, sale.source_id, {sale.references[0]: Money(9_000)})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(8)))
    till.settle_down()
    assert till.calls("POST /v1/payment_intents/{id}/capture")["calls"] == 1
    till.agrees()


def test_a_payment_is_for_its_payer_and_for_operators(till: Till, desk: TestClient[Litestar]) -> None:
    payer, other, operator = somebody(till), somebody(till), somebody(till, Role.OPERATOR)
    sale = a_sale(till, [6_000, 4_000], payer_id=payer.person_id)
    pay(till, sale)
    settle(till, sale, [5_000, 0])
    path = f"/v1/payments/{encode('pay', sale.payment_id)}"
    body = desk.get(path, headers=payer.headers).json()
    assert body["state"] == "settled"
    assert (body["amount"], body["captured"]) == (
        {"amount": 10_000, "currency": "CNY"},
        {"amount": 5_000, "currency": "CNY"},
    )
    assert [part["reference"] for part in body["splits"]] == [encode("sor", each) for each in sale.references]
    assert "client_secret" not in body
    assert desk.get(path, headers=operator.headers).json() == body
    assert desk.get(path, headers=other.headers).status_code == 404
    assert desk.get(path).status_code == 401
    assert desk.get(f"/v1/payments/{encode('pay', new_id())}", headers=payer.headers).status_code == 404
    assert desk.get("/v1/payments/pay_nonsense", headers=payer.headers).status_code == 404
