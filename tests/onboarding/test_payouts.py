"""The answers about payouts become the seller's account when the application is approved."""

import re
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.service import payouts, review
from agrimarket.onboarding.types import Review
from agrimarket.payments.service import bank_accounts
from agrimarket.payments.service.bank_accounts import BankDetails
from tests.factories import onboarding as make
from workers.inline import drain

CARD = make.bank_card_of(7)
BANK = {
    "payout_method": "manual",
    "bank_name": "中国农业银行",
    "account_holder": "王秀英",
    "account_number": CARD,
}


def approve(db: Database, farmer: make.SignedIn, reviewer: make.SignedIn, payout: dict[str, str]) -> Review:
    with db.transaction() as session:
        found = make.submitted(session, farmer.principal, 0, payout=payout)
        review.hold(session, reviewer.principal, found.application.id)
        return review.approve(session, reviewer.principal, found.application.id, None)


def _main_button(client: TestClient[Litestar], application_id: UUID, farmer: make.SignedIn) -> str:
    """Words of the second button on an approved application's page, which leads to the payout account.

    The first leads to putting something on sale.
    """
    client.cookies.set("session", farmer.token)
    headers = {"Accept": "text/html", "Accept-Language": "zh-Hans"}
    page = client.get(f"/applications/{ids.encode('app', application_id)}", headers=headers).text
    (begin, (href, words)) = re.findall(r'<a class="button(?: second)?" href="([^"]+)">([^<]+)</a>', page)
    assert (begin[0], href) == ("/sell/new", "/payout-account")
    return words


def test_a_bank_account_that_was_answered_becomes_the_sellers(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    application = approve(placed, farmer, reviewer, BANK).dossier.application
    assert application.seller_id is not None
    drain(placed)
    with placed.transaction() as session:
        bank = found(bank_accounts.of_seller(session, application.seller_id))
        assert (bank.state, bank.masked_holder, bank.masked_number) == ("given", "王＊＊", f"••••{CARD[-4:]}")
        assert bank_accounts.reveal(session, reviewer.principal, bank.id).account_number == CARD
        changed = BankDetails("中国银行", "王秀英", make.bank_card_of(8))
        newer = bank_accounts.give(session, farmer.principal, application.seller_id, changed).id
        payouts.open_account(session, application.id)  # delivered again: what the seller has said since then stands
        assert found(bank_accounts.of_seller(session, application.seller_id)).id == newer
    shown = client.get(f"/v1/applications/{ids.encode('app', application.id)}", headers=farmer.headers).json()
    assert shown["next"]["path"] == "/v1/payout-account/bank"
    assert "银行账户" in shown["next"]["text"]
    assert _main_button(client, application.id, farmer) == "看看货款收到哪里"


@pytest.mark.parametrize("payout", [{}, {"payout_method": "stripe"}, {"payout_method": "later"}])
def test_who_chose_otherwise_is_led_to_the_payout_account(
    client: TestClient[Litestar],
    placed: Database,
    farmer: make.SignedIn,
    reviewer: make.SignedIn,
    payout: dict[str, str],
) -> None:
    application = approve(placed, farmer, reviewer, payout).dossier.application
    assert application.seller_id is not None
    drain(placed)
    with placed.reading() as session:
        assert bank_accounts.of_seller(session, application.seller_id) is None
    shown = client.get(f"/v1/applications/{ids.encode('app', application.id)}", headers=farmer.headers).json()
    assert shown["next"]["path"] == "/v1/payout-account"
    assert _main_button(client, application.id, farmer) == "填写货款收到哪里"


def test_an_application_says_how_far_the_checks_are(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    application = approve(placed, farmer, reviewer, BANK).dossier.application
    path = f"/v1/applications/{ids.encode('app', application.id)}"

    def told() -> str:
        headers = {**farmer.headers, "Accept-Language": "en"}
        return client.get(path, headers=headers).json()["next"]["text"]

    assert "are checking your bank account" in told(), "it is on its way to `payments`"
    drain(placed)
    assert "are checking your bank account" in told()
    assert application.seller_id is not None
    with placed.transaction() as session:
        bank = found(bank_accounts.of_seller(session, application.seller_id))
        bank_accounts.refuse(session, reviewer.principal, bank.id, "Another name.")
    assert "could not be confirmed" in told()
    with placed.transaction() as session:
        details = BankDetails(BANK["bank_name"], BANK["account_holder"], CARD)
        bank = bank_accounts.give(session, farmer.principal, application.seller_id, details)
        bank_accounts.verify(session, reviewer.principal, bank.id, "seen")
    assert "are checking your bank account" in told()
    colleague = make.sign_in(placed, 90, Role.OPERATOR)
    with placed.transaction() as session:
        bank_accounts.verify(session, colleague.principal, bank.id, "seen too")
    assert "your account is confirmed" in told()
    assert "checking" not in told()
