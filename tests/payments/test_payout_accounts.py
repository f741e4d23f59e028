"""Payout accounts: opened at the provider or given as a bank account, and the page of their progress."""

import re
from datetime import timedelta

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, catalogue
from agrimarket.kernel.ids import encode
from agrimarket.payments import rules
from agrimarket.payments.errors import PayoutAccountRefused
from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.service import bank_accounts, payout_accounts
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.payments.states import PayoutState
from agrimarket.settings import get_settings
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.bank_accounts import FIELDS, NUMBER, OTHER, seller_id_of, vouch
from tests.factories.payments import (
    Till,
    a_merchant,
    a_payout_account,
    a_settled_sale,
    money_set_aside,
    somebody,
    transfer,
)
from tests.support.browser import Browser
from tests.support.rows import count

HOME = "/payout-account"


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


def test_a_seller_opens_an_account_and_is_paid(till: Till, desk: TestClient[Litestar]) -> None:
    seller, other = a_merchant(till), a_merchant(till)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "none"
    urls = {"return_url": "https://shop.example/ok", "refresh_url": "https://shop.example/again"}
    opened = desk.post("/v1/payout-account", json=urls, headers=seller.headers)
    assert opened.status_code == 201
    assert opened.json()["url"].startswith(till.sandbox.url)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "incomplete"
    assert seller.principal.seller_id is not None
    a_payout_account(till, seller.principal.seller_id)
    assert desk.get("/v1/payout-account", headers=seller.headers).json()["state"] == "enabled"
    sale = a_settled_sale(till, [10_000], sellers=[seller.principal.seller_id])
    transfer(till, sale)
    payout_flows.pay_out(till.db, till.gateway)
    (payout,) = desk.get("/v1/payouts", headers=seller.headers).json()["items"]
    assert (payout["state"], payout["amount"]) == ("in_transit", {"amount": 9_500, "currency": "CNY"})
    (line,) = desk.get("/v1/statements", headers=seller.headers).json()["items"]
    assert (line["kind"], line["amount"]["amount"]) == ("settlement", 9_500)
    assert line["source"] == encode("grp", sale.source_id), "the payment's id is the buyer's"
    for path in ("/v1/payouts", "/v1/statements"):
        assert desk.get(path, headers=other.headers).json() == {"items": [], "next": None}
        assert desk.get(path, headers=somebody(till).headers).status_code == 403


def test_a_payout_account_is_refused_with_a_reason(till: Till, desk: TestClient[Litestar]) -> None:
    seller = a_merchant(till)
    till.sandbox.control("POST", "settings", {"unsupported_countries": ["CN"]})
    urls = {"return_url": "https://shop.example/ok", "refresh_url": "https://shop.example/again"}
    refused = desk.post("/v1/payout-account", json=urls, headers=seller.headers | {"accept-language": "zh-TW"})
    assert (refused.status_code, refused.json()["code"]) == (422, "payout_account.refused")
    assert "收款帳戶" in refused.json()["detail"]
    bad = [urls | {"return_url": "javascript:alert(1)"}, urls | {"seller_id": "x"}, urls | {"country": "China"}, {}]
    for body in bad:
        assert desk.post("/v1/payout-account", json=body, headers=seller.headers).status_code == 422
    till.fault("error_before", "/v1/accounts")
    away = desk.post("/v1/payout-account", json=urls | {"country": "HK"}, headers=seller.headers)
    assert (away.status_code, away.json()["code"], away.headers["retry-after"]) == (503, "payment.provider_away", "5")
    till.resolve()
    assert desk.post("/v1/payout-account", json=urls | {"country": "HK"}, headers=seller.headers).status_code == 201
    assert till.sandbox.control("GET", "summary")["objects"]["account"] == 1


def link_on(window: Browser) -> str:
    found = re.search(r'href="(http[^"]+/setup/[^"]+)"', window.page)
    assert found, window.page
    return found[1]


def test_the_provider_is_reached_by_a_link_and_its_word_is_waited_for(
    till: Till, window: Browser, merchant: Somebody
) -> None:
    window.get(HOME)
    window.post(f"{HOME}/provider")
    assert (window.status, window.path) == (200, f"{HOME}/provider"), "no redirect: form-action would stop it"
    link = link_on(window)
    assert link.startswith(till.sandbox.url)
    assert "opens once, within 5 minutes" in window.words
    assert "127.0.0.1" in window.words
    window.get(HOME)
    assert "Not finished" in window.words
    assert "The bank account to pay to" in window.words
    assert "external_account" not in window.page
    back = httpx.post(link).headers["location"]
    assert back.removeprefix(get_settings().base_url) == f"{HOME}?returned=yes"
    window.get(f"{HOME}?returned=yes")
    assert "We are waiting for the payment service's word" in window.words
    assert "The bank account to pay to" not in window.words
    account = till.one("SELECT provider_id FROM payout_account").provider_id
    account_flows.refresh(till.db, till.gateway, account)  # as the webhook would have it done
    window.get(f"{HOME}?returned=yes")
    assert "All set. What you earn is paid out by itself" in window.words
    assert httpx.get(link).headers["location"] == f"{get_settings().base_url}{HOME}/again"
    window.get(f"{HOME}/again")
    assert "has been used, or is too old" in window.words
    window.post(f"{HOME}/provider")
    assert link_on(window) != link
    assert till.calls("POST /v1/accounts")["effects"] == 1


def test_a_country_that_is_not_reached_leads_to_the_bank_transfer(till: Till, window: Browser) -> None:
    till.sandbox.control("POST", "settings", {"unsupported_countries": ["CN"]})
    window.get(HOME)
    window.post(f"{HOME}/provider")
    assert window.status == 422
    assert "Choose the bank transfer below" in window.words
    window.post(f"{HOME}/bank", **FIELDS)
    assert (window.status, window.path) == (200, HOME)
    assert till.one("SELECT provider, provider_id FROM payout_account") == ("manual", None)


def test_a_provider_that_is_away_loses_nothing(till: Till, window: Browser) -> None:
    till.fault("error_before", "/v1/accounts")
    window.get(HOME)
    window.post(f"{HOME}/provider")
    assert (window.status, window.answer_headers["retry-after"]) == (503, "5")
    assert "Nothing is lost; try again in a minute" in window.words
    window.get(HOME)
    assert "Your online account is being opened" in window.words
    till.resolve()
    window.get(HOME)
    window.post(f"{HOME}/provider")
    assert link_on(window)
    assert till.sandbox.control("GET", "summary")["objects"]["account"] == 1


def test_a_seller_is_paid_one_way_at_a_time(till: Till, window: Browser, merchant: Somebody) -> None:
    window.get(HOME)
    window.post(f"{HOME}/provider")
    window.get(HOME)
    assert f'action="{HOME}/bank"' not in window.page
    window.post(f"{HOME}/bank", from_page=False, **FIELDS)
    assert window.status == 409
    assert "already go another way" in window.words
    assert till.all("SELECT id FROM bank_account") == []
    with till.db.transaction() as session:
        other = people.a_seller(session)
        bank_accounts.give(session, None, seller_id_of(other), BankDetails("中国农业银行", "王小明", OTHER))
    window.become(other.token)
    window.get(HOME)
    window.post(f"{HOME}/provider", from_page=False)
    assert window.status == 409
    assert "already go another way" in window.words
    assert "••••0018" in window.words
    assert till.calls("POST /v1/accounts")["effects"] == 1


def test_who_is_not_signed_in_is_asked_to(client: TestClient[Litestar], db: Database) -> None:
    browser = Browser(client)
    for path in (HOME, f"{HOME}/again"):
        answer = client.get(path, headers=browser.headers, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    browser.get(f"{HOME}/statement")
    assert browser.path == "/sign-in"
    for path, fields in ((f"{HOME}/bank", FIELDS), (f"{HOME}/provider", {})):
        browser.post(path, from_page=False, **fields)
        assert browser.status == 401
    assert count(db, "payout_account") == 0


def test_who_is_no_seller_is_told_what_to_do_first(client: TestClient[Litestar], db: Database) -> None:
    with db.transaction() as session:
        buyer = people.a_buyer(session)
    browser = Browser(client, session=buyer.token)
    for path in (HOME, f"{HOME}/payouts", f"{HOME}/statement", f"{HOME}/again"):
        browser.get(path)
        assert (browser.status, browser.path) == (200, HOME)
        assert 'href="/applications"' in browser.page
    for path, fields in ((f"{HOME}/bank", FIELDS), (f"{HOME}/provider", {})):
        browser.post(path, from_page=False, **fields)
        assert browser.status == 403
        browser.get(HOME)
    assert count(db, "payout_account") == 0
    assert HOME not in browser.get("/me")


def test_a_form_without_its_token_changes_nothing(browser: Browser, db: Database) -> None:
    browser.get(HOME)
    for path in (f"{HOME}/bank", f"{HOME}/provider"):
        assert browser.client.post(path, data=FIELDS, headers=browser.headers).status_code == 403
    assert count(db, "payout_account") == 0


def test_a_bank_account_is_given_once_and_never_shown_again_in_full(browser: Browser, db: Database) -> None:
    assert f'href="{HOME}"' in browser.get("/me")
    browser.get(HOME)
    assert "Say where your money should go" in browser.words
    for _ in range(10):
        browser.post(f"{HOME}/bank", **FIELDS)
        assert (browser.status, browser.path) == (200, HOME)
    assert count(db, "bank_account") == count(db, "audit_entry WHERE action = 'bank_account.given'") == 1
    assert "Two of our staff check this account" in browser.words
    assert "李＊＊" in browser.words
    assert "••••0128" in browser.words
    assert "567890128" not in browser.page.replace(" ", "")
    assert "李小梅" not in browser.page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("bank_name", "", "needs an answer"),
        ("bank_name", "  ", "needs an answer"),
        ("bank_name", "农", "at least 2 character"),
        ("bank_name", "中国\x07银行", "cannot be shown"),
        ("account_holder", "", "needs an answer"),
        ("account_holder", "李\u202e小梅", "invisible"),
        ("account_holder", "李" * 121, "At most 120 characters"),
        ("account_holder", "李" * 10_000, "At most"),
        ("account_number", "", "needs an answer"),
        ("account_number", "6222021234567890129", "does not add up"),
        ("account_number", "62220212\x0734567890128", "cannot be shown"),
        ("account_number", "6222\u2067021234567890128", "invisible"),
        ("account_number", "<script>alert(1)</script>", "8 to 30 digits"),
        ("account_number", "6" * 10_000, "At most 40"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(browser: Browser, db: Database, field: str, value: str, says: str) -> None:
    browser.get(HOME)
    browser.post(f"{HOME}/bank", **{**FIELDS, field: value})
    assert browser.status == 422
    error = re.search(rf'id="{field}-error">([^<]+)<', browser.page)
    assert error, browser.words
    assert says in error[1]
    assert f'<a href="#{field}">' in browser.page
    for other in FIELDS.keys() - {field}:
        assert f'value="{FIELDS[other]}"' in browser.page
        assert f'id="{other}-error"' not in browser.page
    assert "<script>alert" not in browser.page
    assert count(db, "payout_account") == 0


def test_of_a_repeated_field_the_last_counts(browser: Browser, db: Database) -> None:
    browser.get(HOME)
    token = re.search(r'name="_csrf_token" value="([^"]+)"', browser.page)
    assert token
    data = {**FIELDS, "account_number": [NUMBER, OTHER], "_csrf_token": token[1]}
    assert "••••0018" in browser.client.post(f"{HOME}/bank", data=data, headers=browser.headers).text
    assert count(db, "bank_account") == 1


def test_the_page_follows_the_two_checks_and_a_change_begins_anew(
    browser: Browser, db: Database, seller: Somebody
) -> None:
    browser.get(HOME)
    browser.post(f"{HOME}/bank", **FIELDS)
    assert browser.words.count("Still to come") == 2
    vouch(db, seller, 1)
    browser.get(HOME)
    assert "The first check is done" in browser.words
    assert (browser.words.count("Done"), browser.words.count("Still to come")) == (1, 1)
    vouch(db, seller, 1)
    browser.get(HOME)
    assert "All set." in browser.words
    assert browser.words.count("Done") == 2
    wrong = browser.post(f"{HOME}/bank", **{**FIELDS, "account_number": "123"})
    assert (browser.status, 'value="123"' in wrong, "<details" in wrong) == (422, True, True)
    assert re.search(r"<details[^>]* open>", wrong)
    browser.post(f"{HOME}/bank", **{**FIELDS, "account_number": OTHER})
    assert "••••0018" in browser.words
    assert "it is checked anew. Payouts are on hold" in browser.words
    assert browser.words.count("Still to come") == 2
    vouch(db, seller)
    assert "checked anew" not in browser.get(HOME)


def test_a_check_that_takes_too_long_says_so(browser: Browser, db: Database) -> None:
    browser.get(HOME)
    browser.post(f"{HOME}/bank", **FIELDS)
    with db.transaction() as session:
        clock.advance(session, drive().windows.bank_verified + timedelta(minutes=1))
    browser.get(HOME)
    assert "longer than we promised" in browser.words
    assert "by " not in browser.words.partition("longer")[0]


def test_a_seller_sees_their_own_only(browser: Browser, db: Database, seller: Somebody) -> None:
    browser.get(HOME)
    browser.post(f"{HOME}/bank", **FIELDS)
    vouch(db, seller)
    with db.transaction() as session:
        other = people.a_seller(session, name="王家果园")
        money_set_aside(session, seller_id_of(seller), 9_500)
    assert "95.00" in browser.get(HOME)
    browser.become(other.token)
    browser.get(HOME)
    assert "Say where your money should go" in browser.words
    for path in (HOME, f"{HOME}/payouts", f"{HOME}/statement"):
        page = browser.get(path)
        assert "95.00" not in page
        assert "0128" not in page


def test_everything_has_its_words() -> None:
    kinds = {
        "settlement", "refund_request", "withholding", "withholding_undone", "receivable", "receivable_undone",
        "payout_paid", "payout_returned", "manual_transfer", "manual_transfer_kept",
    }  # fmt: skip  # docs/decisions/0007-ledger.md: the entries with a line on `seller_payable`
    topics = {topic for _, topic in rules.TOPICS} | {"other"}
    states = set(PayoutState)
    wanted = {f"payout.kind.{kind}" for kind in kinds} | {f"payout.ask.{topic}" for topic in topics}
    wanted |= {f"payout.state.{state}" for state in states}
    wanted |= {f"payout.more.{state}" for state in states - {"paid", "returned", "failed"}}
    assert wanted - catalogue("en").keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_whole_in_every_language(
    client: TestClient[Litestar], db: Database, seller: Somebody, language: str
) -> None:
    browser = Browser(client, session=seller.token, language=language)
    pages = [browser.get(HOME)]
    browser.post(f"{HOME}/bank", **FIELDS)
    vouch(db, seller)
    with db.transaction() as session:
        money_set_aside(session, seller_id_of(seller), 9_500)
    pages += [browser.get(path) for path in (HOME, f"{HOME}/payouts", f"{HOME}/statement", f"{HOME}/again", "/me")]
    for page in pages:
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == 1
        assert re.findall(r">\s*(?:payout|me|form|site)\.[a-z_.]+\s*<", page) == []
        assert len(page.encode()) < 30_000


def test_requirements_are_told_by_topic() -> None:
    stripe = [
        "business_type", "external_account", "tos_acceptance.date", "tos_acceptance.ip", "individual.dob.day",
        "individual.dob.month", "individual.first_name", "person_1.verification.document", "company.tax_id",
        "individual.address.line1", "individual.phone", "owners.provided", "something.new",
    ]  # fmt: skip
    assert rules.asked_for(stripe) == [
        "business", "bank", "terms", "birth", "name", "document", "number", "address", "contact", "owners", "other",
    ]  # fmt: skip
    assert rules.asked_for([]) == []
