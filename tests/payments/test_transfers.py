"""Transfers: their amounts, when they go, and what holds them back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from agrimarket.kernel import clock
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.payments.flows import calls as call_flows
from agrimarket.payments.service import transfers
from agrimarket.payments.service.transfers import prepare_due
from agrimarket.payments.states import LedgerKind
from tests.factories.payments import (
    Till,
    a_due_transfer,
    a_paid_seller,
    a_payout_account,
    a_settled_sale,
    refund,
    transfer,
)


def test_a_transfer_is_what_is_left_of_the_sale(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    refund(till, sale, 1_000)
    with till.db.transaction() as session:
        transfers.hold(session, sale.references[0], Money(500))
    transfer(till, sale)
    assert till.on_account(seller) == till.book(LedgerKind.CONNECTED_BALANCE, seller) == 9_000 - 450 - 500
    with till.db.transaction() as session:
        transfers.release_hold(session, sale.references[0], Money(500))
    till.send_due()
    assert till.on_account(seller) == 8_550
    assert [tuple(row) for row in till.all("SELECT sequence, state, amount FROM transfer ORDER BY sequence")] == [
        (1, "sent", 8_050),
        (2, "sent", 500),
    ]
    assert till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == 8_550
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
    assert till.on_account(seller) == 9_500


def test_nothing_left_is_not_sent(till: Till) -> None:
    seller = a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    refund(till, sale, 10_000)
    transfer(till, sale)
    assert till.one("SELECT state, amount FROM transfer") == ("cancelled", 0)
    assert till.calls("POST /v1/transfers")["calls"] == 0
    assert till.book(LedgerKind.COMMISSION_REVENUE) == till.book(LedgerKind.SELLER_PAYABLE, sale.sellers[0]) == 0
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


def test_a_refused_transfer_is_tried_again_under_a_new_key(till: Till) -> None:
    sale = a_due_transfer(till)
    account = till.one("SELECT provider_id FROM payout_account").provider_id
    with till.db.transaction() as session:
        session.connection().exec_driver_sql("UPDATE payout_account SET provider_id = 'acct_unknown'")
    till.send_due()
    assert till.one("SELECT state, amount, failure_code FROM transfer") == ("failed", 0, "resource_missing")
    assert till.one("SELECT transferred FROM payment_split").transferred == 0
    refund(till, sale, 2_000)
    with till.db.transaction() as session:
        session.connection().exec_driver_sql(f"UPDATE payout_account SET provider_id = '{account}'")
    till.pass_time(timedelta(hours=1))
    till.send_due()
    assert till.one("SELECT state, amount FROM transfer") == ("sent", 7_600)
    keys = till.all("SELECT key FROM provider_call WHERE operation = 'transfer'")
    assert len({row.key for row in keys}) == 2
    till.agrees()


def test_two_workers_send_a_transfer_once(till: Till) -> None:
    a_due_transfer(till)

    def sweep(_: int) -> None:
        with till.db.transaction() as session:
            prepare_due(session)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(8)))
        call_id = till.one("SELECT id FROM provider_call WHERE operation = 'transfer'").id
        list(pool.map(lambda _: call_flows.run(till.db, till.gateway, call_id), range(8)))
    assert till.calls("POST /v1/transfers")["calls"] == 1
    assert till.one("SELECT state, attempts FROM transfer") == ("sent", 1)
    till.agrees()
