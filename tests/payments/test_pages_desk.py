"""The operators' desk: bank accounts to vouch for, bank transfers to make."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import people
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import Role
from agrimarket.payments import flows
from agrimarket.payments.service import manual
from agrimarket.payments.service.manual import BankDetails
from tests.factories.accounts import Somebody, a_person, a_seller
from tests.factories.payments import Till, a_paid_seller, a_settled_sale, money_set_aside, transfer
from tests.support.browsing import Browser
from tests.support.current import CurrentDatabase

NUMBER, OTHER = "6222021234567890128", "6228480000000000018"
DETAILS = BankDetails("中国农业银行", "李小梅", NUMBER)
BANKS, PAYOUTS = "/review/payout-accounts", "/review/payouts"


@pytest.fixture
def crew(db: Database) -> dict[str, Somebody]:
    """A seller and two operators."""
    with db.transaction() as session:
        return {
            "seller": a_seller(session, name="李家果园"),
            "first": a_person(session, Role.OPERATOR, name="赵一"),
            "second": a_person(session, Role.OPERATOR, name="钱二"),
        }


@pytest.fixture
def browser(client: TestClient[Litestar], crew: dict[str, Somebody]) -> Browser:
    """The first operator's."""
    return Browser(client, session=crew["first"].token)


def seller_id_of(who: Somebody) -> UUID:
    assert who.principal.seller_id is not None
    return who.principal.seller_id


def a_bank(db: Database, seller: Somebody, details: BankDetails = DETAILS) -> str:
    """The address of a bank account that the seller gave."""
    with db.transaction() as session:
        bank = manual.give_bank(session, seller.principal, seller_id_of(seller), details)
        return f"{BANKS}/{encode('bka', bank.id)}"


def a_payout(db: Database, crew: dict[str, Somebody], amount: int = 9_500) -> str:
    """The address of a payout that waits to be sent to the seller's verified account."""
    with db.transaction() as session:
        seller_id = seller_id_of(crew["seller"])
        bank = manual.give_bank(session, None, seller_id, DETAILS)
        if bank.state == "given":
            for name in ("first", "second"):
                manual.verify(session, crew[name].principal, bank.id, "called the bank")
        return f"{PAYOUTS}/{encode('pyo', money_set_aside(session, seller_id, amount))}"


def the_bank_of(db: Database, crew: dict[str, Somebody]) -> str:
    with db.reading() as session:
        return f"{BANKS}/{encode('bka', manual.bank_of(session, seller_id_of(crew['seller'])).id)}"


def values(db: Database, statement: str) -> list[object]:
    with db.reading() as session:
        return list(session.connection().execute(text(statement)).scalars())


def state(db: Database, table: str) -> list[object]:
    return values(db, f"SELECT state FROM {table} ORDER BY id")


def audited(db: Database, action: str) -> list[object]:
    return values(db, f"SELECT details FROM audit_entry WHERE action = '{action}'")


def test_two_operators_vouch_one_after_the_other(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_bank(db, crew["seller"])
    assert f'href="{BANKS}"' in browser.get("/review")
    browser.get(BANKS)
    assert "李家果园 中国农业银行 ••••0128 Waited 0 h for the first check" in browser.words
    assert "first check" in browser.words
    assert NUMBER not in browser.page
    browser.post(f"{path}/verify", note="called the bank <b>")
    assert (browser.status, browser.path) == (200, BANKS)
    assert state(db, "bank_account") == ["checked"]
    assert "赵一 made the first check" in browser.words
    assert f'action="{path}/verify"' not in browser.page, "the second look is a colleague's"
    browser.get(path)
    assert "A colleague has to make the second" in browser.words
    browser.post(f"{path}/verify", from_page=False, note="me again")
    assert browser.status == 409
    assert "A colleague has to make the second" in browser.words
    assert ">me again</textarea>" in browser.page
    assert state(db, "bank_account") == ["checked"]
    browser.become(crew["second"].token)
    browser.get(BANKS)
    assert "First check by 赵一" in browser.words
    assert "called the bank <b>" in browser.words
    browser.post(f"{path}/verify", note="holder matches")
    assert state(db, "bank_account") == ["verified"]
    assert "No bank account waits" in browser.words
    assert "Two colleagues have checked this account" in browser.get(path)
    browser.post(f"{path}/verify", from_page=False, note="a third time")
    assert browser.status == 409
    assert len(audited(db, "bank_account.verified")) == 1


def test_the_oldest_that_this_operator_can_do_is_at_hand(
    browser: Browser, db: Database, crew: dict[str, Somebody]
) -> None:
    paths = [a_bank(db, crew["seller"])]
    with db.transaction() as session:
        clock.advance(session, timedelta(hours=30))
        newer = a_seller(session, name="王家果园")
    paths.append(a_bank(db, newer, replace(DETAILS, account_number=OTHER)))
    page = browser.get(BANKS)
    assert "within 48 hours" in browser.words
    assert "Waited 30 h" in browser.words
    assert "Late" not in browser.words
    listed = re.findall(rf'<li><a href="({BANKS}/[^"]+)"( aria-current="true")?', page)
    assert listed == [(paths[0], ' aria-current="true"'), (paths[1], "")]
    browser.post(f"{paths[0]}/verify", note="called the bank")
    listed = re.findall(rf'<li><a href="({BANKS}/[^"]+)"( aria-current="true")?', browser.page)
    assert listed == [(paths[0], ""), (paths[1], ' aria-current="true"')]
    with db.transaction() as session:
        clock.advance(session, timedelta(hours=20))
    browser.get(BANKS)
    assert "李家果园 Late" in browser.words
    assert "王家果园 Late" not in browser.words


def test_a_number_is_opened_once_and_recorded(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_bank(db, crew["seller"])
    browser.get(path)
    browser.post(f"{path}/reveal")
    assert NUMBER in browser.page
    assert "李小梅" in browser.page
    assert browser.answer_headers["cache-control"] == "no-store"
    assert "Opened by 赵一" in browser.words
    assert audited(db, "bank_account.opened") == [{}]
    assert NUMBER not in browser.get(path)
    assert browser.client.get(f"{path}/reveal", headers=browser.headers).status_code == 405


def test_nobody_vouches_for_their_own_account(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_bank(db, crew["seller"])
    with db.transaction() as session:
        people.grant_role(session, crew["seller"].person_id, Role.OPERATOR)
    browser.become(crew["seller"].token)
    browser.get(path)
    assert "This is your own bank account" in browser.words
    browser.post(f"{path}/verify", from_page=False, note="it is mine")
    assert browser.status == 409
    assert ">it is mine</textarea>" in browser.page
    assert state(db, "bank_account") == ["given"]


def test_an_account_that_was_replaced_meanwhile_leads_to_the_new_one(
    browser: Browser, db: Database, crew: dict[str, Somebody]
) -> None:
    path = a_bank(db, crew["seller"])
    browser.get(path)
    newer = a_bank(db, crew["seller"], replace(DETAILS, account_number=OTHER))
    browser.post(f"{path}/verify", note="called the bank")
    assert browser.status == 409
    assert ">called the bank</textarea>" in browser.page
    assert "has since given another bank account" in browser.words
    assert f'href="{newer}">Open the new account' in browser.page
    assert state(db, "bank_account") == ["replaced", "given"]


def test_a_number_that_two_sellers_gave_is_warned_of(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    with db.transaction() as session:
        other = a_seller(session)
    a_bank(db, other, replace(DETAILS, bank_name="中国银行"))
    browser.get(a_bank(db, crew["seller"]))
    assert "Another seller gave the same account number" in browser.words
    assert browser.words.count("Same number") == 2


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
    assert state(db, "bank_account") == ["given"]
    payout = a_payout(db, crew)
    browser.get(payout)
    browser.post(f"{payout}/mark-paid", reference=note)
    assert (browser.status, 'href="#reference"' in browser.page, says in browser.words) == (422, True, True)
    browser.post(f"{payout}/mark-returned", from_page=False, reason=note)
    assert (browser.status, 'href="#reason"' in browser.page, says in browser.words) == (422, True, True)
    assert state(db, "payout") == ["scheduled"]


def test_a_bank_transfer_is_sent_once_and_may_come_back(
    browser: Browser, db: Database, crew: dict[str, Somebody]
) -> None:
    path = a_payout(db, crew)
    assert f'href="{PAYOUTS}"' in browser.get(BANKS)
    browser.get(PAYOUTS)
    assert "Taken over from the application" in browser.get(the_bank_of(db, crew))
    browser.get(PAYOUTS)
    assert "CN¥95.00 · 李家果园 Waited 0 h · 中国农业银行 ••••0128" in browser.words
    assert NUMBER not in browser.page
    browser.post(f"{path}/reveal")
    assert NUMBER in browser.page
    assert browser.answer_headers["cache-control"] == "no-store"
    for _ in range(2):
        browser.post(f"{path}/mark-paid", from_page=False, reference="ABC-1")
        assert (browser.status, browser.path) == (200, PAYOUTS)
    assert state(db, "payout") == ["paid"]
    assert "No bank transfer waits" in browser.words
    assert "ABC-1" in browser.words
    assert audited(db, "payout.marked_paid") == [{"reference": "ABC-1"}]
    browser.post(f"{path}/mark-paid", from_page=False, reference="ABC-2")
    assert browser.status == 409
    assert 'value="ABC-2"' in browser.page
    browser.get(path)
    browser.post(f"{path}/mark-returned", reason="account closed")
    assert state(db, "payout") == ["returned"]
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
    assert state(db, "payout") == ["held"]
    assert audited(db, "bank_account.opened") == []


def test_the_desk_is_for_operators(client: TestClient[Litestar], db: Database, crew: dict[str, Somebody]) -> None:
    payout = a_payout(db, crew)
    with db.transaction() as session:
        coach = a_person(session, Role.COACH)
    bank = the_bank_of(db, crew)
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
    assert (state(db, "bank_account"), state(db, "payout")) == (["verified"], ["scheduled"])
    assert values(db, "SELECT count(*) FROM audit_entry") == before


def test_forms_need_their_token(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_payout(db, crew)
    for act, fields in (("reveal", {}), ("mark-paid", {"reference": "x"})):
        assert browser.client.post(f"{path}/{act}", data=fields, headers=browser.headers).status_code == 403
    assert state(db, "payout") == ["scheduled"]
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
    flows.pay_out(till.db, till.gateway)
    payout = till.one("SELECT id FROM payout").id
    with till.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
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
        other = a_seller(session)
    pages += [browser.get(a_bank(db, other)), browser.get(path)]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert re.findall(r">\s*(?:paydesk|payout|form|site)\.[a-z_.]+\s*<", page) == []
        assert len(page.encode()) < 30_000
