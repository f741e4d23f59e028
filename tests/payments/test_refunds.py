"""Refunds: refusals, and refunds that the bank sends back."""

from datetime import timedelta

import pytest

from agrimarket.kernel.money import Money
from agrimarket.payments.errors import PaymentNotSettled, RefundKeyReused, RefundTooLarge
from agrimarket.payments.flows import refunds as refund_flows
from agrimarket.payments.states import LedgerKind
from tests.factories.payments import Till, a_sale, pay, refund, settle


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
