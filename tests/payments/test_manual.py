"""Sellers who are paid by bank transfer: the account, its two verifications, and the money."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from stdnum import luhn

from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound, found
from agrimarket.kernel.principal import Role
from agrimarket.kernel.states import IllegalTransition
from agrimarket.payments import rules
from agrimarket.payments.errors import BankAccountReplaced, OtherProvider, OwnBankAccount, SameVerifier
from agrimarket.payments.flows import payout_accounts as account_flows
from agrimarket.payments.flows import payouts as payout_flows
from agrimarket.payments.service import bank_accounts, bank_transfers
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.payments.states import LedgerKind
from tests.factories import accounts as people
from tests.factories.payments import Till, a_paid_seller, a_settled_sale, refund, transfer

NUMBER, OTHER = "6222021234567890128", "6228480000000000018"
DETAILS = BankDetails("中国农业银行", "李小梅", NUMBER)
BODY = {"bank_name": "中国农业银行", "account_holder": "李小梅", "account_number": "6222 0212 3456 7890 128"}


@pytest.fixture
def crew(db: Database) -> dict[str, people.Somebody]:
    """A seller and two operators."""
    with db.transaction() as session:
        return {
            "seller": people.a_seller(session),
            "first": people.a_person(session, Role.OPERATOR),
            "second": people.a_person(session, Role.OPERATOR),
        }


def count(db: Database, statement: str) -> int:
    with db.reading() as session:
        return int(session.connection().execute(text(statement)).scalar_one())


def test_a_bank_account_is_sealed_masked_and_verified_by_two(
    client: TestClient[Litestar], db: Database, crew: dict[str, people.Somebody]
) -> None:
    given_ = client.post("/v1/payout-account/bank", json=BODY, headers=crew["seller"].headers)
    assert given_.status_code == 200, given_.text
    bank = given_.json()
    assert (bank["account_holder"], bank["account_number"], bank["state"]) == ("李＊＊", "••••0128", "given")
    with db.reading() as session:
        row = session.connection().execute(text("SELECT * FROM bank_account")).one()
    assert NUMBER not in str(tuple(row)) and NUMBER.encode() not in bytes(row.sealed)
    again = client.post("/v1/payout-account/bank", json=BODY, headers=crew["seller"].headers)
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
    assert count(db, "SELECT count(*) FROM outbox_message WHERE topic = 'payout_account.enabled'") == 1
    audited = "SELECT count(*) FROM audit_entry WHERE action IN ('bank_account.checked', 'bank_account.verified')"
    assert count(db, audited) == 2


def test_an_opened_number_is_whole_and_audited(
    client: TestClient[Litestar], db: Database, crew: dict[str, people.Somebody]
) -> None:
    bank = client.post("/v1/payout-account/bank", json=BODY, headers=crew["seller"].headers).json()
    path = f"/v1/review/payout-accounts/{bank['id']}/reveal"
    opened = client.post(path, headers=crew["first"].headers)
    assert opened.json()["account_number"] == NUMBER
    assert count(db, "SELECT count(*) FROM audit_entry WHERE action = 'bank_account.opened'") == 1
    assert client.post(path, headers=crew["seller"].headers).status_code == 403


@pytest.mark.parametrize("number", ["6222021234567890129", "1234", "abc", "62220212345678901281", "１２"])
@pytest.mark.parametrize("language", ["zh-TW", "zh-CN", "en"])
def test_a_number_that_cannot_be_is_refused(
    client: TestClient[Litestar], db: Database, crew: dict[str, people.Somebody], number: str, language: str
) -> None:
    headers = {**crew["seller"].headers, "accept-language": language}
    answer = client.post("/v1/payout-account/bank", json={**BODY, "account_number": number}, headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/account_number"]
    assert answer.json()["errors"][0]["detail"] != "field.bank_card"
    assert count(db, "SELECT count(*) FROM payout_account") == 0


def test_only_sellers_give_and_only_operators_verify(
    client: TestClient[Litestar], crew: dict[str, people.Somebody]
) -> None:
    assert client.post("/v1/payout-account/bank", json=BODY, headers=crew["first"].headers).status_code == 403
    assert client.get("/v1/payout-account/bank", headers=crew["seller"].headers).status_code == 404
    bank = client.post("/v1/payout-account/bank", json=BODY, headers=crew["seller"].headers).json()
    path = f"/v1/review/payout-accounts/{bank['id']}/verify"
    assert client.post(path, json={"note": "x"}, headers=crew["seller"].headers).status_code == 403
    assert client.post(path, json={"note": "x"}).status_code == 401
    listed = client.get("/v1/review/payout-accounts?state=given", headers=crew["first"].headers).json()["items"]
    assert [item["id"] for item in listed] == [bank["id"]]
    assert client.get("/v1/review/payout-accounts", headers=crew["seller"].headers).status_code == 403


def test_the_list_pages_and_shows_a_number_that_two_sellers_gave(
    client: TestClient[Litestar], db: Database, crew: dict[str, people.Somebody]
) -> None:
    with db.transaction() as session:
        others = [people.a_seller(session) for _ in range(2)]
    for seller, number in zip((crew["seller"], *others), (NUMBER, OTHER, NUMBER), strict=True):
        client.post("/v1/payout-account/bank", json={**BODY, "account_number": number}, headers=seller.headers)
    seen: list[bool] = []
    path: str | None = "/v1/review/payout-accounts?limit=2"
    while path:
        page = client.get(path, headers=crew["first"].headers).json()
        seen += [item["shared"] for item in page["items"]]
        path = page["next"] and f"/v1/review/payout-accounts?limit=2&cursor={page['next']}"
    assert seen == [True, False, True]


def test_what_was_replaced_is_not_verified_and_nobody_verifies_their_own(
    db: Database, crew: dict[str, people.Somebody]
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


@given(st.text(alphabet="0123456789", min_size=11, max_size=18))
def test_a_number_has_a_check_digit(digits: str) -> None:
    number = digits + luhn.calc_check_digit(digits)
    assert rules.account_number(f" {number[:4]}-{number[4:]} ") == number
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(ValueError, match=wrong):
        rules.account_number(wrong)


# ---- the money


class Staff:
    """Two operators of a till."""

    def __init__(self, till: Till) -> None:
        with till.db.transaction() as session:
            self.first, self.second = (people.a_person(session, Role.OPERATOR).principal for _ in range(2))
        self.till = till

    def verify(self, seller_id: UUID) -> None:
        with self.till.db.transaction() as session:
            bank = found(bank_accounts.of_seller(session, seller_id)).id
            bank_accounts.verify(session, self.first, bank, "called the bank")
            bank_accounts.verify(session, self.second, bank, "holder matches")

    def paid(self, reference: str = "REF-1") -> None:
        payout = self.till.one("SELECT id FROM payout ORDER BY id DESC LIMIT 1").id
        with self.till.db.transaction() as session:
            bank_transfers.mark_paid(session, self.first, payout, reference)

    def returned(self) -> None:
        payout = self.till.one("SELECT id FROM payout ORDER BY id DESC LIMIT 1").id
        with self.till.db.transaction() as session:
            bank_transfers.mark_returned(session, self.first, payout, "account closed")


@pytest.fixture
def staff(till: Till) -> Staff:
    return Staff(till)


def a_manual_seller(till: Till, staff: Staff, *, verified: bool = True) -> UUID:
    with till.db.transaction() as session:
        seller_id = people.a_seller(session).principal.seller_id
        assert seller_id is not None
        bank_accounts.give(session, None, seller_id, DETAILS)
    if verified:
        staff.verify(seller_id)
    return seller_id


def books(till: Till, seller: UUID) -> tuple[int, int, int]:
    """What is owed, what is set aside and not sent, and what our bank has sent."""
    kinds = (LedgerKind.SELLER_PAYABLE, LedgerKind.PAYOUTS_IN_TRANSIT)
    owed, aside = (till.book(kind, seller) for kind in kinds)
    return owed, -aside, till.book(LedgerKind.OPERATING_BANK)


def payouts(till: Till) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in till.all("SELECT state, amount FROM payout ORDER BY id")]


def test_a_sale_is_set_aside_paid_out_and_booked_once(till: Till, staff: Staff) -> None:
    seller = a_manual_seller(till, staff)
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
    seller = a_manual_seller(till, staff, verified=False)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    assert till.one("SELECT state FROM transfer").state == "due"
    assert books(till, seller) == (9_500, 0, 0)
    staff.verify(seller)
    till.send_due()
    assert till.one("SELECT state FROM transfer").state == "sent"


def test_a_change_of_bank_account_holds_payouts_until_it_is_verified(till: Till, staff: Staff) -> None:
    seller = a_manual_seller(till, staff)
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
    seller = a_manual_seller(till, staff)
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
    seller = a_manual_seller(till, staff)
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
    seller = a_manual_seller(till, staff)
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


def refused(act: Callable[[], object]) -> type[DomainError]:
    with pytest.raises(DomainError) as error:
        act()
    return type(error.value)


def test_a_seller_is_paid_one_way(till: Till, staff: Staff) -> None:
    stripe, manually = a_paid_seller(till), a_manual_seller(till, staff)

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


def test_the_same_operator_is_refused_at_any_time(till: Till, staff: Staff) -> None:
    seller = a_manual_seller(till, staff, verified=False)

    def twice() -> None:
        with till.db.transaction() as session:
            bank = found(bank_accounts.of_seller(session, seller)).id
            bank_accounts.verify(session, staff.first, bank, "once")
            bank_accounts.verify(session, staff.first, bank, "twice")

    assert refused(twice) is SameVerifier
    assert till.one("SELECT state FROM bank_account").state == "given"
