"""Payouts by bank transfer: the money, and the desk from which operators send them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from agrimarket.kernel.states import IllegalTransition
from agrimarket.payments.errors import OtherProvider
from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.service import bank_accounts, bank_transfers
from agrimarket.payments.states import LedgerKind
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.bank_accounts import (
    BANKS,
    DETAILS,
    NUMBER,
    OTHER,
    PAYOUTS,
    Staff,
    a_bank,
    a_payout,
    a_seller_paid_by_bank,
    the_bank_of,
)
from tests.factories.payments import Till, a_paid_seller, a_settled_sale, refund, transfer
from tests.support.browser import Browser
from tests.support.current import CurrentDatabase
from tests.support.rows import audited, states, values


@pytest.fixture
def browser(client: TestClient[Litestar], crew: dict[str, Somebody]) -> Browser:
    """Browser of the first operator."""
    return Browser(client, session=crew["first"].token)


def books(till: Till, seller: UUID) -> tuple[int, int, int]:
    """Sums that are owed, that are set aside and not sent, and that our bank has sent."""
    kinds = (LedgerKind.SELLER_PAYABLE, LedgerKind.PAYOUTS_IN_TRANSIT)
    owed, aside = (till.book(kind, seller) for kind in kinds)
    return owed, -aside, till.book(LedgerKind.OPERATING_BANK)


def payouts(till: Till) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in till.all("SELECT state, amount FROM payout ORDER BY id")]


def refused(act: Callable[[], object]) -> type[DomainError]:
    with pytest.raises(DomainError) as error:
        act()
    return type(error.value)


def test_a_sale_is_set_aside_paid_out_and_booked_once(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    for _ in range(2):
        transfer(till, sale)
    assert till.one("SELECT state, amount FROM transfer") == ("sent", 9_500)
    assert books(till, seller) == (0, 9_500, 0)
    for _ in range(2):
        assert payout_flows.pay_out(till.db, till.gateway) == 0
    assert payouts(till) == [("scheduled", 9_500)]
    for _ in range(2):
        staff.paid()
    assert payouts(till) == [("paid", 9_500)]
    assert books(till, seller) == (0, 0, 9_500)
    with pytest.raises(IllegalTransition):
        staff.paid("ANOTHER")
    assert till.calls("POST /v1/transfers")["calls"] == till.calls("POST /v1/payouts")["calls"] == 0
    assert till.calls("POST /v1/accounts")["calls"] == 0
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'payout.paid'")) == 1
    assert len(till.all("SELECT id FROM audit_entry WHERE action = 'payout.marked_paid'")) == 1
    till.agrees()


def test_money_waits_for_the_second_operator(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff, verified=False)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    assert till.one("SELECT state FROM transfer").state == "due"
    assert books(till, seller) == (9_500, 0, 0)
    staff.verify(seller)
    till.send_due()
    assert till.one("SELECT state FROM transfer").state == "sent"


def test_a_change_of_bank_account_holds_payouts_until_it_is_verified(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff)
    transfer(till, a_settled_sale(till, [10_000], sellers=[seller]))
    payout_flows.pay_out(till.db, till.gateway)
    with till.db.transaction() as session:
        bank_accounts.give(session, None, seller, replace(DETAILS, account_number=OTHER))
    assert payouts(till) == [("held", 9_500)]
    with pytest.raises(IllegalTransition):
        staff.paid()
    with till.db.reading() as session:
        assert bank_transfers.to_send(session) == []
    staff.verify(seller)
    with till.db.reading() as session:
        ((payout, bank),) = bank_transfers.to_send(session)
        assert (payout.amount, bank.masked_number) == (9_500, "••••0018")
    staff.paid()
    assert books(till, seller) == (0, 0, 9_500)
    till.agrees()


def test_a_transfer_that_came_back_is_paid_out_again_after_an_hour(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff)
    transfer(till, a_settled_sale(till, [10_000], sellers=[seller]))
    payout_flows.pay_out(till.db, till.gateway)
    with pytest.raises(IllegalTransition):
        staff.returned()
    staff.paid()
    staff.returned()
    assert books(till, seller) == (0, 9_500, 0)
    payout_flows.pay_out(till.db, till.gateway)
    assert payouts(till) == [("returned", 9_500)]
    till.pass_time(timedelta(hours=2))
    payout_flows.pay_out(till.db, till.gateway)
    staff.paid("REF-2")
    assert payouts(till) == [("returned", 9_500), ("paid", 9_500)]
    assert len(till.all("SELECT id FROM outbox_message WHERE topic = 'payout.failed'")) == 1
    till.agrees()


def test_a_second_sale_waits_for_the_next_payout(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff)
    for amount in (10_000, 4_000):
        transfer(till, a_settled_sale(till, [amount], sellers=[seller]))
        payout_flows.pay_out(till.db, till.gateway)
    assert payouts(till) == [("scheduled", 9_500)]
    staff.paid("REF-1")
    payout_flows.pay_out(till.db, till.gateway)
    assert payouts(till) == [("paid", 9_500), ("scheduled", 3_800)]
    till.agrees()


@pytest.mark.parametrize(("in_payout", "kept"), [(False, 9_500), (True, 0)])
def test_a_refund_takes_what_is_set_aside_and_the_rest_is_owed(
    till: Till, staff: Staff, in_payout: bool, kept: int
) -> None:
    seller = a_seller_paid_by_bank(till, staff)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    if in_payout:
        payout_flows.pay_out(till.db, till.gateway)
    refund(till, sale, 10_000)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 9_500 - kept
    state = "succeeded" if kept else "short"
    assert till.one("SELECT state, reversed, shortfall FROM transfer_reversal") == (state, kept, 9_500 - kept)
    assert books(till, seller)[:2] == (0, 9_500 - kept)
    assert till.calls("POST /v1/transfers/:id/reversals")["calls"] == 0
    till.agrees()
    payout_flows.pay_out(till.db, till.gateway)
    assert payouts(till) == ([("scheduled", 9_500)] if in_payout else [])
    following = a_settled_sale(till, [20_000], sellers=[seller])
    transfer(till, following)
    assert till.book(LedgerKind.SELLER_RECEIVABLE, seller) == 0
    till.agrees()


def test_a_seller_is_paid_one_way(till: Till, staff: Staff) -> None:
    stripe, manually = a_paid_seller(till), a_seller_paid_by_bank(till, staff)

    def give() -> None:
        with till.db.transaction() as session:
            bank_accounts.give(session, None, stripe, DETAILS)

    assert refused(give) is OtherProvider
    urls = ("https://a.example", "https://b.example")
    assert refused(lambda: account_flows.open_account(till.db, till.gateway, manually, *urls)) is OtherProvider
    sale = a_settled_sale(till, [10_000], sellers=[stripe])
    transfer(till, sale)
    payout_flows.pay_out(till.db, till.gateway)
    assert refused(staff.paid) is NotFound
    assert till.all("SELECT id FROM bank_account WHERE payout_account_id = (SELECT id FROM payout_account"
                    " WHERE provider = 'stripe')") == []  # fmt: skip


@pytest.mark.parametrize(
    ("note", "says"),
    [("", "needs an answer"), (" \n", "needs an answer"), ("a\x07b", "cannot be shown"), ("a\u202eb", "invisible"),
     ("x" * 10_000, "At most 200")],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_its_field(
    browser: Browser, db: Database, crew: dict[str, Somebody], note: str, says: str
) -> None:
    path = a_bank(db, crew["seller"])
    browser.get(path)
    browser.post(f"{path}/verify", note=note)
    assert (browser.status, 'href="#note"' in browser.page, says in browser.words) == (422, True, True)
    assert states(db, "bank_account") == ["given"]
    payout = a_payout(db, crew)
    browser.get(payout)
    browser.post(f"{payout}/mark-paid", reference=note)
    assert (browser.status, 'href="#reference"' in browser.page, says in browser.words) == (422, True, True)
    browser.post(f"{payout}/mark-returned", from_page=False, reason=note)
    assert (browser.status, 'href="#reason"' in browser.page, says in browser.words) == (422, True, True)
    assert states(db, "payout") == ["scheduled"]


def test_a_bank_transfer_is_sent_once_and_may_come_back(
    browser: Browser, db: Database, crew: dict[str, Somebody]
) -> None:
    path = a_payout(db, crew)
    assert f'href="{PAYOUTS}"' in browser.get(BANKS)
    browser.get(PAYOUTS)
    assert "Taken over from the application" in browser.get(the_bank_of(db, crew["seller"]))
    browser.get(PAYOUTS)
    assert "CN¥95.00 · 李家果园 Waited 0 h · 中国农业银行 ••••0128" in browser.words
    assert NUMBER not in browser.page
    browser.post(f"{path}/reveal")
    assert NUMBER in browser.page
    assert browser.answer_headers["cache-control"] == "no-store"
    for _ in range(2):
        browser.post(f"{path}/mark-paid", from_page=False, reference="ABC-1")
        assert (browser.status, browser.path) == (200, PAYOUTS)
    assert states(db, "payout") == ["paid"]
    assert "No bank transfer waits" in browser.words
    assert "ABC-1" in browser.words
    assert audited(db, "payout.marked_paid") == [{"reference": "ABC-1"}]
    browser.post(f"{path}/mark-paid", from_page=False, reference="ABC-2")
    assert browser.status == 409
    assert 'value="ABC-2"' in browser.page
    browser.get(path)
    browser.post(f"{path}/mark-returned", reason="account closed")
    assert states(db, "payout") == ["returned"]
    browser.get(path)
    assert "赵一 noted that it came back account closed" in browser.words
    browser.post(f"{path}/mark-returned", from_page=False, reason="once more")
    assert browser.status == 409
    assert ">once more</textarea>" in browser.page
    assert audited(db, "payout.marked_returned") == [{"reason": "account closed"}]


def test_a_colleague_who_may_be_at_it_is_named(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_payout(db, crew)
    browser.get(path)
    browser.post(f"{path}/reveal")
    assert "Ask before you send it too" not in browser.words
    browser.become(crew["second"].token)
    browser.get(path)
    assert "赵一 opened this account at" in browser.words
    with db.transaction() as session:
        clock.advance(session, timedelta(hours=2))
    assert "Ask before" not in browser.get(path)


def test_a_payout_on_hold_is_not_sent(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_payout(db, crew)
    a_bank(db, crew["seller"], replace(DETAILS, account_number=OTHER))
    browser.get(PAYOUTS)
    assert "No bank transfer waits" in browser.words
    browser.get(path)
    assert "On hold" in browser.words
    assert f'action="{path}' not in browser.page
    browser.post(f"{path}/mark-paid", from_page=False, reference="ABC-1")
    assert browser.status == 409
    browser.post(f"{path}/reveal", from_page=False)
    assert browser.status == 404
    assert states(db, "payout") == ["held"]
    assert audited(db, "bank_account.opened") == []


def test_the_desk_is_for_operators(client: TestClient[Litestar], db: Database, crew: dict[str, Somebody]) -> None:
    payout = a_payout(db, crew)
    with db.transaction() as session:
        coach = people.a_person(session, Role.COACH)
    bank = the_bank_of(db, crew["seller"])
    forms = {
        f"{bank}/verify": {"note": "x"},
        f"{bank}/reveal": {},
        f"{payout}/reveal": {},
        f"{payout}/mark-paid": {"reference": "x"},
        f"{payout}/mark-returned": {"reason": "x"},
    }
    before = values(db, "SELECT count(*) FROM audit_entry")
    for token, status in ((None, 401), (crew["seller"].token, 403), (coach.token, 403)):
        browser = Browser(client, session=token)
        for path in (BANKS, PAYOUTS, bank, payout):
            browser.get(path)
            assert (browser.status, browser.path) == ((status, path) if token else (200, "/sign-in"))
            assert "••••0128" not in browser.page
        browser.get("/sign-in")
        form_page = browser.page
        for path, fields in forms.items():
            browser.page = form_page
            browser.post(path, from_page=False, **fields)
            assert browser.status == status
            assert NUMBER not in browser.page
    assert (states(db, "bank_account"), states(db, "payout")) == (["verified"], ["scheduled"])
    assert values(db, "SELECT count(*) FROM audit_entry") == before


def test_forms_need_their_token(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_payout(db, crew)
    for act, fields in (("reveal", {}), ("mark-paid", {"reference": "x"})):
        assert browser.client.post(f"{path}/{act}", data=fields, headers=browser.headers).status_code == 403
    assert states(db, "payout") == ["scheduled"]
    assert audited(db, "bank_account.opened") == []


def test_what_is_not_there_is_not_found(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    for path in (
        f"{BANKS}/{encode('bka', new_id())}", f"{BANKS}/nonsense", f"{PAYOUTS}/{encode('pyo', new_id())}",
        f"{PAYOUTS}/{encode('bka', new_id())}",
    ):  # fmt: skip
        browser.get(path)
        assert browser.status == 404
    for path in (BANKS, PAYOUTS):
        browser.get(f"{path}?cursor=nonsense")
        assert browser.status == 422


def test_payouts_of_the_provider_are_not_on_this_desk(till: Till, shared_app: tuple[Litestar, CurrentDatabase]) -> None:
    seller = a_paid_seller(till)
    transfer(till, a_settled_sale(till, [10_000], sellers=[seller]))
    payout_flows.pay_out(till.db, till.gateway)
    payout = till.one("SELECT id FROM payout").id
    with till.db.transaction() as session:
        operator = people.a_person(session, Role.OPERATOR)
    shared_app[1].current = till.db
    with TestClient(shared_app[0], raise_server_exceptions=False) as client:
        browser = Browser(client, session=operator.token)
        assert "No bank transfer waits" in browser.get(PAYOUTS)
        assert browser.get(f"{PAYOUTS}/{encode('pyo', payout)}")
        assert browser.status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_is_whole_in_every_language(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody], language: str
) -> None:
    browser = Browser(client, session=crew["first"].token, language=language)
    pages = [browser.get(path) for path in (BANKS, PAYOUTS)]
    path = a_payout(db, crew)
    pages += [browser.get(path), browser.post(f"{path}/reveal"), browser.post(f"{path}/mark-paid", reference="A-1")]
    with db.transaction() as session:
        other = people.a_seller(session)
    pages += [browser.get(a_bank(db, other)), browser.get(path)]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert re.findall(r">\s*(?:paydesk|payout|form|site)\.[a-z_.]+\s*<", page) == []
        assert len(page.encode()) < 30_000
