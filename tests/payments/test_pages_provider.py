"""The seller's pages where the money goes through the provider: a link there, its word, its payouts."""

import re
from uuid import UUID

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.service import bank_accounts
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.settings import get_settings
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.payments import Till, a_payout_account, a_settled_sale, transfer
from tests.support.browsing import Browser

OTHER = "6228480000000000018"
BANK = {"bank_name": "中国农业银行", "account_holder": "李小梅", "account_number": "6222 0212 3456 7890 128"}
HOME = "/payout-account"


def seller_id_of(who: Somebody) -> UUID:
    assert who.principal.seller_id is not None
    return who.principal.seller_id


@pytest.fixture
def merchant(till: Till) -> Somebody:
    with till.db.transaction() as session:
        return people.a_seller(session)


@pytest.fixture
def window(desk: TestClient[Litestar], merchant: Somebody) -> Browser:
    """The merchant's browser, with the sandbox at the other end."""
    return Browser(desk, session=merchant.token)


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
    account_flows.refresh(till.db, till.gateway, account)  # what the webhook leads to
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
    window.post(f"{HOME}/bank", **BANK)
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
    window.post(f"{HOME}/bank", from_page=False, **BANK)
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
