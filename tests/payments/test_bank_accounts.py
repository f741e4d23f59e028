"""Bank accounts: given by sellers, verified by two operators, over the API and at their desk."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from stdnum import luhn

from agrimarket.accounts.service import people
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields, found
from agrimarket.kernel.principal import Role
from agrimarket.payments.errors import BankAccountReplaced, OwnBankAccount, SameVerifier
from agrimarket.payments.schemas.bank_accounts import BankIn
from agrimarket.payments.service import bank_accounts
from tests.factories.accounts import Somebody, a_seller
from tests.factories.bank_accounts import BANKS, DETAILS, FIELDS, NUMBER, OTHER, Staff, a_bank, a_seller_paid_by_bank
from tests.factories.payments import Till
from tests.support.browser import Browser
from tests.support.rows import audited, count, states


@pytest.fixture
def browser(client: TestClient[Litestar], crew: dict[str, Somebody]) -> Browser:
    """Browser of the first operator."""
    return Browser(client, session=crew["first"].token)


def test_a_bank_account_is_sealed_masked_and_verified_by_two(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody]
) -> None:
    given_ = client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["seller"].headers)
    assert given_.status_code == 200, given_.text
    bank = given_.json()
    assert (bank["account_holder"], bank["account_number"], bank["state"]) == ("李＊＊", "••••0128", "given")
    with db.reading() as session:
        row = session.connection().execute(text("SELECT * FROM bank_account")).one()
    assert NUMBER not in str(tuple(row)) and NUMBER.encode() not in bytes(row.sealed)
    again = client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["seller"].headers)
    assert again.json()["id"] == bank["id"]
    path = f"/v1/review/payout-accounts/{bank['id']}"
    checked = client.post(f"{path}/verify", json={"note": "bank called"}, headers=crew["first"].headers)
    assert (checked.status_code, checked.json()["state"]) == (200, "checked")
    same = client.post(f"{path}/verify", json={"note": "again"}, headers=crew["first"].headers)
    assert (same.status_code, same.json()["code"]) == (409, "bank_account.same_verifier")
    account = client.get("/v1/payout-account", headers=crew["seller"].headers).json()
    assert (account["provider"], account["state"]) == ("manual", "restricted")
    done = client.post(f"{path}/verify", json={"note": "holder matches"}, headers=crew["second"].headers)
    assert done.json()["state"] == "verified"
    account = client.get("/v1/payout-account", headers=crew["seller"].headers).json()
    assert (account["state"], account["requirements"]) == ("enabled", [])
    third = client.post(f"{path}/verify", json={"note": "more"}, headers=crew["first"].headers)
    assert third.status_code == 409
    assert count(db, "outbox_message WHERE topic = 'payout_account.enabled'") == 1
    vouched = "audit_entry WHERE action IN ('bank_account.checked', 'bank_account.verified')"
    assert count(db, vouched) == 2


def test_an_opened_number_is_whole_and_audited(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody]
) -> None:
    bank = client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["seller"].headers).json()
    path = f"/v1/review/payout-accounts/{bank['id']}/reveal"
    opened = client.post(path, headers=crew["first"].headers)
    assert opened.json()["account_number"] == NUMBER
    assert count(db, "audit_entry WHERE action = 'bank_account.opened'") == 1
    assert client.post(path, headers=crew["seller"].headers).status_code == 403


@pytest.mark.parametrize("number", ["6222021234567890129", "1234", "abc", "6" * 31, "１２"])
@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
def test_a_number_that_cannot_be_is_refused(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody], number: str, language: str
) -> None:
    headers = {**crew["seller"].headers, "accept-language": language}
    answer = client.post("/v1/payout-account/bank", json={**FIELDS, "account_number": number}, headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/account_number"]
    assert answer.json()["errors"][0]["detail"] != f"field.{answer.json()['errors'][0]['code']}"
    assert count(db, "payout_account") == 0


def test_only_sellers_give_and_only_operators_verify(client: TestClient[Litestar], crew: dict[str, Somebody]) -> None:
    assert client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["first"].headers).status_code == 403
    assert client.get("/v1/payout-account/bank", headers=crew["seller"].headers).status_code == 404
    bank = client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["seller"].headers).json()
    path = f"/v1/review/payout-accounts/{bank['id']}/verify"
    assert client.post(path, json={"note": "x"}, headers=crew["seller"].headers).status_code == 403
    assert client.post(path, json={"note": "x"}).status_code == 401
    listed = client.get("/v1/review/payout-accounts?state=given", headers=crew["first"].headers).json()["items"]
    assert [item["id"] for item in listed] == [bank["id"]]
    assert client.get("/v1/review/payout-accounts", headers=crew["seller"].headers).status_code == 403


def test_the_list_pages_and_shows_a_number_that_two_sellers_gave(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody]
) -> None:
    with db.transaction() as session:
        others = [a_seller(session) for _ in range(2)]
    for seller, number in zip((crew["seller"], *others), (NUMBER, OTHER, NUMBER), strict=True):
        client.post("/v1/payout-account/bank", json={**FIELDS, "account_number": number}, headers=seller.headers)
    seen: list[bool] = []
    path: str | None = "/v1/review/payout-accounts?limit=2"
    while path:
        page = client.get(path, headers=crew["first"].headers).json()
        seen += [item["shared"] for item in page["items"]]
        path = page["next"] and f"/v1/review/payout-accounts?limit=2&cursor={page['next']}"
    assert seen == [True, False, True]


def test_what_was_replaced_is_not_verified_and_nobody_verifies_their_own(
    db: Database, crew: dict[str, Somebody]
) -> None:
    seller_id = crew["seller"].principal.seller_id
    assert seller_id is not None
    with db.transaction() as session:
        first = bank_accounts.give(session, crew["seller"].principal, seller_id, DETAILS).id
        bank_accounts.verify(session, crew["first"].principal, first, "seen")
        second = bank_accounts.give(session, None, seller_id, replace(DETAILS, account_number=OTHER)).id
    with pytest.raises(BankAccountReplaced), db.transaction() as session:
        bank_accounts.verify(session, crew["second"].principal, first, "seen")
    with pytest.raises(OwnBankAccount), db.transaction() as session:
        bank_accounts.verify(session, crew["seller"].principal, second, "mine")
    with db.transaction() as session:
        assert bank_accounts.verify(session, crew["second"].principal, second, "seen").state == "checked"
        assert found(bank_accounts.of_seller(session, seller_id)).id == second


@given(st.text(alphabet="0123456789", min_size=7, max_size=29))
def test_only_a_number_as_long_as_a_cards_is_asked_once_more(digits: str) -> None:
    number = digits + luhn.calc_check_digit(digits)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert BankIn(**{**FIELDS, "account_number": f" {number[:4]}-{number[4:]} "}).account_number == number
    assert BankIn(**{**FIELDS, "account_number": wrong}, account_number_confirmed=True).account_number == wrong
    if 16 <= len(wrong) <= 19:
        with pytest.raises(InvalidFields, match="invalid_fields"):
            BankIn(**{**FIELDS, "account_number": wrong})
    else:
        assert BankIn(**{**FIELDS, "account_number": wrong}).account_number == wrong


@pytest.mark.parametrize("number", ["6214832018989180", "60142870670591508", "1900015081234567", "0402020109300123456"])
def test_a_number_that_is_written_so_is_taken_and_the_verifiers_see_it(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody], number: str
) -> None:
    given_ = {**FIELDS, "account_number": number}
    headers, path = crew["seller"].headers, "/v1/payout-account/bank"
    asked = client.post(path, json=given_, headers=headers)
    assert (asked.status_code, asked.json()["errors"][0]["code"]) == (422, "bank_number_unlike_card")
    assert count(db, "payout_account") == 0
    taken = client.post(path, json={**given_, "account_number_confirmed": True}, headers=headers)
    assert (taken.status_code, taken.json()["account_number"]) == (200, f"••••{number[-4:]}")
    listed = client.get("/v1/review/payout-accounts", headers=crew["first"].headers).json()["items"]
    assert [item["unlike_card"] for item in listed] == [True]


def test_the_same_operator_is_refused_at_any_time(till: Till, staff: Staff) -> None:
    seller = a_seller_paid_by_bank(till, staff, verified=False)
    with pytest.raises(SameVerifier), till.db.transaction() as session:
        bank = found(bank_accounts.of_seller(session, seller)).id
        bank_accounts.verify(session, staff.first, bank, "once")
        bank_accounts.verify(session, staff.first, bank, "twice")
    assert till.one("SELECT state FROM bank_account").state == "given"


def test_two_operators_vouch_one_after_the_other(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    path = a_bank(db, crew["seller"])
    assert f'href="{BANKS}"' in browser.get("/review")
    browser.get(BANKS)
    assert "李家果园 中国农业银行 ••••0128 Waited 0 h for the first check" in browser.words
    assert "first check" in browser.words
    assert NUMBER not in browser.page
    browser.post(f"{path}/verify", note="called the bank <b>")
    assert (browser.status, browser.path) == (200, BANKS)
    assert states(db, "bank_account") == ["checked"]
    assert "赵一 made the first check" in browser.words
    assert f'action="{path}/verify"' not in browser.page, "the second look is a colleague's"
    browser.get(path)
    assert "A colleague has to make the second" in browser.words
    browser.post(f"{path}/verify", from_page=False, note="me again")
    assert browser.status == 409
    assert "A colleague has to make the second" in browser.words
    assert ">me again</textarea>" in browser.page
    assert states(db, "bank_account") == ["checked"]
    browser.become(crew["second"].token)
    browser.get(BANKS)
    assert "First check by 赵一" in browser.words
    assert "called the bank <b>" in browser.words
    browser.post(f"{path}/verify", note="holder matches")
    assert states(db, "bank_account") == ["verified"]
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
    assert states(db, "bank_account") == ["given"]


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
    assert states(db, "bank_account") == ["replaced", "given"]


def test_a_number_that_two_sellers_gave_is_warned_of(browser: Browser, db: Database, crew: dict[str, Somebody]) -> None:
    with db.transaction() as session:
        other = a_seller(session)
    a_bank(db, other, replace(DETAILS, bank_name="中国银行"))
    browser.get(a_bank(db, crew["seller"]))
    assert "Another seller gave the same account number" in browser.words
    assert browser.words.count("Same number") == 2


def test_an_account_that_is_not_right_goes_back_to_its_seller_with_the_reason(
    browser: Browser, db: Database, crew: dict[str, Somebody]
) -> None:
    path = a_bank(db, crew["seller"])
    browser.get(path)
    browser.post(f"{path}/refuse", reason="  ")
    assert browser.status == 422
    assert states(db, "bank_account") == ["given"]
    browser.get(path)
    browser.post(f"{path}/refuse", reason="The bank says <b>another</b> name.")
    assert (browser.status, browser.path) == (200, BANKS)
    assert "No bank account waits" in browser.words
    assert count(db, "outbox_message WHERE topic = 'bank_account.refused'") == 1
    assert audited(db, "bank_account.refused") == [{"reason": "The bank says <b>another</b> name."}]
    browser.get(path)
    assert "Not right by" not in browser.words
    assert "Found not right by 赵一" in browser.words
    browser.post(f"{path}/verify", from_page=False, note="it is fine after all")
    assert browser.status == 409
    browser.become(crew["seller"].token)
    browser.get("/payout-account")
    assert "The bank says <b>another</b> name." in browser.words
    browser.post("/payout-account/bank", **FIELDS)
    assert states(db, "bank_account") == ["replaced", "given"], "the same account is looked at anew"


@pytest.mark.parametrize("looks", [0, 1])
def test_whoever_looks_may_refuse_and_nobody_refuses_twice_or_their_own(
    client: TestClient[Litestar], db: Database, crew: dict[str, Somebody], looks: int
) -> None:
    bank = client.post("/v1/payout-account/bank", json=FIELDS, headers=crew["seller"].headers).json()
    path, first = f"/v1/review/payout-accounts/{bank['id']}", crew["first"].headers
    for _ in range(looks):
        client.post(f"{path}/verify", json={"note": "seen"}, headers=first)
    body = {"reason": "The number has a digit too few."}
    assert client.post(f"{path}/refuse", json=body, headers=crew["seller"].headers).status_code == 403
    refused = client.post(f"{path}/refuse", json=body, headers=first)
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    assert client.post(f"{path}/refuse", json=body, headers=first).status_code == 409
    mine = client.get("/v1/payout-account/bank", headers=crew["seller"].headers).json()
    assert (mine["state"], mine["refusal"]) == ("refused", "The number has a digit too few.")
    assert count(db, "outbox_message WHERE topic = 'payout_account.enabled'") == 0
