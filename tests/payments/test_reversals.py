"""Reversals: refunds after a transfer are taken back, and what cannot be taken back is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.payments import rules
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.states import LedgerKind
from tests.factories.payments import Till, a_paid_seller, a_settled_sale, refund, transfer


def test_a_refund_after_the_transfer_is_clawed_back(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    refund(till, sale, 4_000)
    assert till.on_account(seller) == 5_700
    assert till.one("SELECT state, reversed, shortfall FROM transfer_reversal") == ("succeeded", 3_800, 0)
    refund(till, sale, 6_000)
    assert till.one("SELECT state, reversed FROM transfer") == ("reversed", 9_500)
    assert (
        till.on_account(seller)
        == till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0])
        == till.book(LedgerKind.COMMISSION_REVENUE)
        == 0
    )
    till.agrees()


@pytest.mark.parametrize("left", [0, 1_000])
def test_what_cannot_be_clawed_back_is_owed_and_withheld_from_the_next_sale(till: Till, left: int) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    account = till.one("SELECT provider_id FROM payout_account").provider_id
    payout_flows.pay_out(till.db, till.gateway)
    assert till.on_account(seller) == 0
    if left:
        small = a_settled_sale(till, [1_000], sellers=[seller])
        with till.db.transaction() as session:
            session.connection().exec_driver_sql("UPDATE payment_split SET commission_bps = 0 WHERE amount = 1000")
        transfer(till, small)
        assert till.on_account(seller) == 950
    refund(till, sale, 10_000)
    back = 950 if left else 0
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 9_500 - back
    assert till.one("SELECT state, reversed, shortfall FROM transfer_reversal") == ("short", back, 9_500 - back)
    assert till.gateway.balance(account).total.get("CNY", 0) == 0
    till.agrees()
    following = a_settled_sale(till, [20_000], sellers=[seller])
    transfer(till, following)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 0
    assert till.on_account(seller) == 19_000 - (9_500 - back)
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


@given(amount=st.integers(0, 10**6), left=st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_what_is_taken_back_adds_up(amount: int, left: list[int]) -> None:
    parts = rules.take_back(amount, left)
    assert sum(parts) == amount
    assert all(part <= there for part, there in zip(parts[1:], left[1:], strict=True))
    assert parts[0] <= left[0] or parts[1:] == left[1:]
