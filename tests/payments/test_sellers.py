"""Sellers: accounts, transfers, holds, refunds after transfers, payouts."""

from datetime import timedelta

import pytest

from agrimarket.kernel import clock
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.payments.errors import PaymentNotSettled, PayoutAccountRefused, RefundKeyReused, RefundTooLarge
from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.flows import refunds as refund_flows
from agrimarket.payments.flows import webhooks
from agrimarket.payments.service import payout_accounts, transfers
from agrimarket.payments.states import LedgerKind, PaymentMethod
from tests.factories import accounts as people
from tests.factories.payments import (
    Sale,
    Till,
    a_paid_seller,
    a_payout_account,
    a_sale,
    a_settled_sale,
    pay,
    refund,
    settle,
    transfer,
)


def payable(till: Till, sale: Sale, split: int = 0) -> int:
    return till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[split])


def connected(till: Till, seller: object) -> int:
    account = till.one("SELECT provider_id FROM payout_account WHERE seller_id = :s", s=seller).provider_id
    return till.gateway.balance(account).total.get("CNY", 0)


def test_a_seller_opens_one_account_and_is_enabled_once(till: Till) -> None:
    with till.db.transaction() as session:
        seller = people.a_seller(session).principal.seller_id
    assert seller is not None
    first, second = (
        account_flows.open_account(till.db, till.gateway, seller, "https://a.example", "https://b.example")
        for _ in range(2)
    )
    assert first.url != second.url
    assert first.lasts == second.lasts == timedelta(minutes=5)
    assert till.calls("POST /v1/accounts")["effects"] == 1
    account = a_payout_account(till, seller)
    for _ in range(2):
        account_flows.refresh(till.db, till.gateway, account)
    with till.db.reading() as session:
        info = payout_accounts.of_seller(session, seller)
    assert info is not None
    assert (info.transfers_enabled, info.payouts_enabled, info.requirements) == (True, True, ())
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'payout_account.enabled'")) == 1


def test_a_country_that_the_provider_does_not_reach_is_refused_and_another_may_follow(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"unsupported_countries": ["CN"]})
    with till.db.transaction() as session:
        seller = people.a_seller(session).principal.seller_id
    assert seller is not None
    urls = ("https://a.example", "https://b.example")
    with pytest.raises(PayoutAccountRefused) as refused:
        account_flows.open_account(till.db, till.gateway, seller, *urls)
    assert refused.value.values == {"code": "country_unsupported"}
    assert account_flows.open_account(till.db, till.gateway, seller, *urls, country="HK").url.startswith("http")


def test_a_transfer_is_what_is_left_of_the_sale(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    refund(till, sale, 1_000)
    with till.db.transaction() as session:
        transfers.hold(session, sale.references[0], Money(500))
    transfer(till, sale)
    assert connected(till, seller) == till.book(LedgerKind.CONNECTED_BALANCE, seller) == 9_000 - 450 - 500
    with till.db.transaction() as session:
        transfers.release_hold(session, sale.references[0], Money(500))
    till.send_due()
    assert connected(till, seller) == 8_550
    assert [tuple(row) for row in till.all("SELECT sequence, state, amount FROM transfer ORDER BY sequence")] == [
        (1, "sent", 8_050),
        (2, "sent", 500),
    ]
    assert payable(till, sale) == 8_550
    till.agrees()


def test_a_transfer_waits_for_its_time_and_its_account(till: Till) -> None:
    seller = a_paid_seller(till, enabled=False)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    with till.db.transaction() as session:
        due = clock.read(session) + timedelta(hours=48)
        transfers.schedule(session, sale.references[0], due)
        transfers.schedule(session, sale.references[0], due)
    till.send_due()
    a_payout_account(till, seller)
    till.send_due()
    assert till.one("SELECT state FROM transfer").state == "due"
    till.pass_time(timedelta(hours=49))
    till.send_due()
    assert till.one("SELECT state FROM transfer").state == "sent"
    assert connected(till, seller) == 9_500


def test_nothing_left_is_not_sent(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    refund(till, sale, 10_000)
    transfer(till, sale)
    assert till.one("SELECT state, amount FROM transfer") == ("cancelled", 0)
    assert till.calls("POST /v1/transfers")["calls"] == 0
    assert till.book(LedgerKind.COMMISSION_REVENUE) == payable(till, sale) == 0
    till.agrees()


def test_a_refund_after_the_transfer_is_clawed_back(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    refund(till, sale, 4_000)
    assert connected(till, seller) == 5_700
    assert till.one("SELECT state, reversed, shortfall FROM transfer_reversal") == ("succeeded", 3_800, 0)
    refund(till, sale, 6_000)
    assert till.one("SELECT state, reversed FROM transfer") == ("reversed", 9_500)
    assert connected(till, seller) == payable(till, sale) == till.book(LedgerKind.COMMISSION_REVENUE) == 0
    till.agrees()


@pytest.mark.parametrize("left", [0, 1_000])
def test_what_cannot_be_clawed_back_is_owed_and_withheld_from_the_next_sale(till: Till, left: int) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    account = till.one("SELECT provider_id FROM payout_account").provider_id
    payout_flows.pay_out(till.db, till.gateway)
    assert connected(till, seller) == 0
    if left:
        small = a_settled_sale(till, [1_000], sellers=[seller])
        with till.db.transaction() as session:
            session.connection().exec_driver_sql("UPDATE payment_split SET commission_bps = 0 WHERE amount = 1000")
        transfer(till, small)
        assert connected(till, seller) == 950
    refund(till, sale, 10_000)
    back = 950 if left else 0
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 9_500 - back
    assert till.one("SELECT state, reversed, shortfall FROM transfer_reversal") == ("short", back, 9_500 - back)
    assert till.gateway.balance(account).total.get("CNY", 0) == 0
    till.agrees()
    following = a_settled_sale(till, [20_000], sellers=[seller])
    transfer(till, following)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 0
    assert connected(till, seller) == 19_000 - (9_500 - back)
    till.agrees()


def test_a_debt_may_take_a_whole_transfer_and_a_refund_of_that_becomes_a_debt_again(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    payout_flows.pay_out(till.db, till.gateway)
    refund(till, sale, 10_000)
    second = a_settled_sale(till, [5_000], sellers=[seller])
    transfer(till, second)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 9_500 - 4_750
    assert till.calls("POST /v1/transfers")["effects"] == 1
    refund(till, second, 5_000)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 9_500
    till.agrees()


def test_refunds_are_refused_where_they_make_no_sense(till: Till) -> None:
    sale = a_sale(till, [6_000, 4_000])
    with pytest.raises(PaymentNotSettled):
        refund(till, sale, 1)
    pay(till, sale)
    settle(till, sale, [5_000, 4_000])
    for amount in (5_001, 0, -1):
        with pytest.raises(RefundTooLarge):
            refund(till, sale, amount)
    refund(till, sale, 3_000, key="claim:1")
    refund(till, sale, 3_000, key="claim:1")
    with pytest.raises(RefundKeyReused):
        refund(till, sale, 2_000, key="claim:1")
    with pytest.raises(RefundTooLarge) as refused:
        refund(till, sale, 2_001)
    assert refused.value.values["left"] == Money(2_000)
    assert till.one("SELECT refunded FROM payment_split WHERE position = 0").refunded == 3_000
    assert till.calls("POST /v1/refunds")["effects"] == 1
    till.agrees()


def test_a_refund_that_the_bank_sends_back_stays_owed_to_the_buyer(till: Till) -> None:
    sale = a_sale(till)
    pay(till, sale, token="pm_card_refundFail")
    settle(till, sale)
    refund(till, sale, 2_000)
    assert till.one("SELECT state FROM refund").state == "succeeded"
    till.pass_time(timedelta(minutes=2), provider=True)
    provider_id = till.one("SELECT provider_id FROM refund").provider_id
    for _ in range(2):
        refund_flows.refresh(till.db, till.gateway, provider_id)
    assert till.one("SELECT state FROM refund").state == "failed"
    assert till.book(LedgerKind.REFUNDS_PAYABLE) == 2_000
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'refund.failed'")) == 1
    till.agrees()


def test_a_hold_is_released_by_its_amount(till: Till) -> None:
    sale = a_settled_sale(till)
    with till.db.transaction() as session:
        transfers.hold(session, sale.references[0], Money(500))
    with pytest.raises(NotFound), till.db.transaction() as session:
        transfers.release_hold(session, sale.references[0], Money(400))
    with till.db.transaction() as session:
        transfers.release_hold(session, sale.references[0], Money(500))
    with pytest.raises(NotFound), till.db.transaction() as session:
        transfers.release_hold(session, sale.references[0], Money(500))


def payout_state(till: Till) -> tuple[str, int]:
    return tuple(till.one("SELECT state, amount FROM payout ORDER BY created_at DESC LIMIT 1"))


def test_a_payout_goes_from_scheduled_to_paid(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller], method=PaymentMethod.ALIPAY)
    transfer(till, sale)
    assert payout_flows.pay_out(till.db, till.gateway) == 1
    assert payout_flows.pay_out(till.db, till.gateway) == 0
    assert payout_state(till) == ("in_transit", 9_500)
    assert till.book(LedgerKind.PAYOUTS_IN_TRANSIT, seller) == 9_500
    till.agrees()
    till.pass_time(timedelta(days=3), provider=True)
    webhooks.poll(till.db, till.gateway)
    till.settle_down()
    assert payout_state(till) == ("paid", 9_500)
    assert payable(till, sale) == till.book(LedgerKind.PAYOUTS_IN_TRANSIT, seller) == 0
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'payout.paid'")) == 1
    till.agrees()


def test_a_payout_is_held_while_the_account_may_not_pay_out(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    with till.db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE payout_account SET payouts_enabled = false")
    assert payout_flows.pay_out(till.db, till.gateway) == 0
    assert payout_state(till) == ("held", 9_500)
    account_flows.refresh(till.db, till.gateway, till.one("SELECT provider_id FROM payout_account").provider_id)
    assert payout_flows.pay_out(till.db, till.gateway) == 1
    assert payout_state(till) == ("in_transit", 9_500)


@pytest.mark.parametrize(("arrived", "state"), [(False, "failed"), (True, "returned")])
def test_a_payout_that_comes_back_is_tried_again_later(till: Till, arrived: bool, state: str) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    payout_flows.pay_out(till.db, till.gateway)
    payout = till.one("SELECT id, provider_id FROM payout")
    if arrived:
        till.sandbox.control("POST", "clock", {"advance_seconds": 3 * 86_400})
        payout_flows.refresh(till.db, till.gateway, payout.id)
    till.sandbox.control("POST", f"payouts/{payout.provider_id}/fail", {"failure_code": "account_closed"})
    for _ in range(2):
        payout_flows.refresh(till.db, till.gateway, payout.id)
    assert payout_state(till) == (state, 9_500)
    assert payable(till, sale) == till.book(LedgerKind.CONNECTED_BALANCE, seller) == 9_500
    till.agrees()
    assert payout_flows.pay_out(till.db, till.gateway) == 0
    till.pass_time(timedelta(hours=2))
    assert payout_flows.pay_out(till.db, till.gateway) == 1


def test_a_payout_waits_for_funds_to_become_available(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"funds_delay_seconds": 3600})
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    assert payout_flows.pay_out(till.db, till.gateway) == 0
    assert payout_state(till) == ("scheduled", 9_500)
    till.agrees()
    till.sandbox.control("POST", "clock", {"advance_seconds": 3601})
    assert payout_flows.pay_out(till.db, till.gateway) == 1
