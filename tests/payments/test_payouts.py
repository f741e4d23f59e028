"""Payouts from sellers' accounts at the provider, and the page about them."""

from datetime import timedelta
from uuid import UUID

import pytest

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.flows import webhooks
from agrimarket.payments.queries.payouts import scheduled_at_provider
from agrimarket.payments.service import bank_transfers, payouts
from agrimarket.payments.states import LedgerKind, PaymentMethod
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.bank_accounts import FIELDS, OTHER, seller_id_of, vouch
from tests.factories.payments import Till, a_paid_seller, a_payout_account, a_settled_sale, money_set_aside, transfer
from tests.support.browser import Browser

HOME = "/payout-account"


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
    assert (
        till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == till.book(LedgerKind.PAYOUTS_IN_TRANSIT, seller) == 0
    )
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
    assert (
        till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0])
        == till.book(LedgerKind.CONNECTED_BALANCE, seller)
        == 9_500
    )
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


def test_a_payout_that_cannot_go_yet_lets_others_pass(till: Till) -> None:
    till.sandbox.control("POST", "settings", {"funds_delay_seconds": 3600})
    for seller in [a_paid_seller(till) for _ in range(2)]:
        transfer(till, a_settled_sale(till, [10_000], sellers=[seller]))
    with till.db.transaction() as session:
        payouts.schedule(session)
    looked_at: list[UUID] = []
    for _ in range(4):
        with till.db.transaction() as session:
            ((payout_id, _, _),) = scheduled_at_provider(session, limit=1)
            assert payouts.prepare(session, payout_id, available=0) is None
        looked_at.append(payout_id)
    assert looked_at[:2] == looked_at[2:]
    assert len(set(looked_at)) == 2
    with till.db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE payout_account SET provider_id = 'acct_gone_' || id")
    before = till.all("SELECT checked_at FROM payout ORDER BY id")
    assert payout_flows.pay_out(till.db, till.gateway) == 0
    after = till.all("SELECT checked_at FROM payout ORDER BY id")
    assert all(new.checked_at > old.checked_at for old, new in zip(before, after, strict=True)), "unknown accounts too"


def test_payouts_of_the_provider_are_told_in_words(till: Till, window: Browser, merchant: Somebody) -> None:
    account = a_payout_account(till, seller_id_of(merchant))
    transfer(till, a_settled_sale(till, [10_000], sellers=[seller_id_of(merchant)]))
    payout_flows.pay_out(till.db, till.gateway)
    window.get(HOME)
    assert "CN¥95.00 On its way" in window.words
    assert "At your bank about" in window.words
    payout = till.one("SELECT id, provider_id FROM payout")
    till.sandbox.control("POST", f"payouts/{payout.provider_id}/fail", {"failure_code": "account_closed"})
    payout_flows.refresh(till.db, till.gateway, payout.id)
    window.get(HOME)
    assert "Did not go" in window.words
    assert "The bank account has been closed. The money is still yours" in window.words
    assert account not in window.page


def test_payouts_by_bank_transfer_are_told_in_words(browser: Browser, db: Database, seller: Somebody) -> None:
    browser.get(HOME)
    assert "Nothing has been paid out yet" in browser.words
    browser.post(f"{HOME}/bank", **FIELDS)
    vouch(db, seller)
    with db.transaction() as session:
        operator = people.a_person(session, Role.OPERATOR).principal
        first = money_set_aside(session, seller_id_of(seller), 9_500)
    browser.get(HOME)
    assert "Our staff send it by" in browser.words
    assert "Set aside for your next bank transfers CN¥95.00" in browser.words
    with db.transaction() as session:
        bank_transfers.mark_paid(session, operator, first, "ABC20200218-000417")
    browser.get(HOME)
    assert "Paid" in browser.words
    assert "ABC20200218-000417" in browser.words
    with db.transaction() as session:
        bank_transfers.mark_returned(session, operator, first, "李小梅 has closed it")
    browser.get(HOME)
    assert "Came back" in browser.words
    assert "The bank sent the money back. The money is still yours" in browser.words
    assert "has closed it" not in browser.page, "what operators write is for operators"
    browser.post(f"{HOME}/bank", **{**FIELDS, "account_number": OTHER})
    with db.transaction() as session:
        clock.advance(session, timedelta(hours=2))
        bank_transfers.schedule(session)
    assert "On hold" in browser.get(f"{HOME}/payouts")
    assert browser.page.index("On hold") < browser.page.index("Came back"), "newest first"
