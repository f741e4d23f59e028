"""The ledger: its entries, what the database refuses, and who may read what."""

import re
from collections.abc import Sequence

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, new_id, short_number
from agrimarket.kernel.principal import Role
from agrimarket.payments.flows import payouts
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import LedgerKind
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.bank_accounts import seller_id_of
from tests.factories.payments import (
    Till,
    a_merchant,
    a_paid_seller,
    a_settled_sale,
    refund,
    sales_booked,
    somebody,
    transfer,
)
from tests.support.browser import Browser

HOME = "/payout-account"
BALANCE, FUNDS = LedgerKind.PROVIDER_BALANCE, LedgerKind.BUYER_FUNDS


def post(session: Session, amounts: Sequence[int], *, key: str = "", currency: str = "CNY") -> bool:
    kinds = (BALANCE, FUNDS, LedgerKind.COMMISSION_REVENUE)
    lines = [Line(kind, amount) for kind, amount in zip(kinds, amounts, strict=False)]
    return ledger.post(session, "capture", ("payment", new_id()), lines, currency, key=key)


def test_an_entry_is_posted_once(fresh_db: Database) -> None:
    for first in (True, False):
        with fresh_db.transaction() as session:
            assert post(session, [100, -100], key="capture:1") is first
    with fresh_db.reading() as session:
        assert ledger.balance(session, BALANCE).amount == 100
        (entry,) = ledger.entries(session)
    assert [(line.kind, line.amount) for line in entry.lines] == [(FUNDS, -100), (BALANCE, 100)]


def test_lines_of_one_account_are_one_posting_and_nothing_is_no_entry(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        lines = [Line(BALANCE, 70), Line(BALANCE, 30), Line(FUNDS, -100), Line(LedgerKind.PROVIDER_FEES, 0)]
        assert ledger.post(session, "capture", ("payment", new_id()), lines, "CNY")
        assert not post(session, [0, 0])
        assert len(ledger.entries(session)) == 1


def test_what_is_unsound_is_refused_before_it_is_written(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        with pytest.raises(ValueError, match="sum to zero"):
            post(session, [100, -99])
        with pytest.raises(ValueError, match="seller"):
            ledger.post(session, "x", ("payment", new_id()), [Line(LedgerKind.SELLER_PAYABLE, 1)], "CNY")
        assert ledger.entries(session) == []


def test_currencies_do_not_mix(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        post(session, [100, -100], currency="CNY")
        post(session, [7, -7], currency="HKD")
    with fresh_db.reading() as session:
        found = {(line.kind, line.currency): line.balance for line in ledger.trial_balance(session)}
    assert found == {(BALANCE, "CNY"): 100, (FUNDS, "CNY"): -100, (BALANCE, "HKD"): 7, (FUNDS, "HKD"): -7}


FORGED = """
    INSERT INTO posting (id, entry_id, account_id, amount, currency)
    SELECT gen_random_uuid(), e.id, a.id, :amount, a.currency FROM journal_entry AS e, ledger_account AS a
    WHERE a.kind = 'buyer_funds'
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE posting SET amount = amount + 1",
        "DELETE FROM posting",
        "UPDATE journal_entry SET kind = 'other'",
        "DELETE FROM journal_entry",
        "TRUNCATE posting, journal_entry",
        FORGED.replace(":amount", "5"),
        FORGED.replace(":amount", "0"),
        FORGED.replace(":amount", "5") + " UNION ALL SELECT" + FORGED.partition("SELECT")[2].replace(":amount", "-5"),
        "UPDATE ledger_account SET currency = 'HKD'",
        """INSERT INTO journal_entry (id, key, kind, source_type, source_id, postings)
           VALUES (gen_random_uuid(), 'empty', 'x', 'x', gen_random_uuid(), 2)""",
    ],
    ids=[
        "change-posting", "delete-posting", "change-entry", "delete-entry", "truncate", "unbalanced", "zero",
        "balanced-but-late", "other-currency", "empty-entry",
    ],
)  # fmt: skip
def test_the_database_refuses(fresh_db: Database, statement: str) -> None:
    with fresh_db.transaction() as session:
        post(session, [100, -100])
    before = "SELECT string_agg(id::text || amount || currency, ',' ORDER BY id) FROM posting"
    with fresh_db.reading() as session:
        there = session.connection().execute(text(before)).scalar_one()
    with pytest.raises(DBAPIError), fresh_db.transaction() as session:
        session.connection().execute(text(statement))
    with fresh_db.reading() as session:
        assert session.connection().execute(text(before)).scalar_one() == there


def test_a_sellers_statement_has_only_their_own_lines(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        mine, other = (people.a_seller(session).principal.seller_id for _ in range(2))
        assert mine is not None
        lines = [
            Line(FUNDS, 100),
            Line(LedgerKind.SELLER_PAYABLE, -60, mine),
            Line(LedgerKind.SELLER_PAYABLE, -40, other),
        ]
        ledger.post(session, "settlement", ("payment", new_id()), lines, "CNY")
        post(session, [1, -1])
    with fresh_db.reading() as session:
        (entry,) = [line.entry for line in ledger.statement(session, mine)]
        assert [(line.seller_id, line.amount) for line in entry.lines] == [(mine, -60)]
        newest, oldest = ledger.entries(session)
        assert ledger.entries(session, before=newest.id) == [oldest]
        assert ledger.entries(session, before=oldest.id) == []


def test_operators_read_the_ledger(till: Till, desk: TestClient[Litestar]) -> None:
    operator = somebody(till, Role.OPERATOR)
    a_settled_sale(till, [10_000])
    ledger = desk.get("/v1/ledger", headers=operator.headers).json()
    assert ledger["sums"] == {"CNY": 0}
    assert {line["kind"]: line["balance"] for line in ledger["accounts"]} == {
        "provider_balance": 10_000,
        "buyer_funds": 0,
        "seller_payable": -9_500,
        "commission_revenue": -500,
    }
    first = desk.get("/v1/ledger/entries?limit=1", headers=operator.headers).json()
    second = desk.get(f"/v1/ledger/entries?limit=1&cursor={first['next']}", headers=operator.headers).json()
    assert [page["items"][0]["kind"] for page in (first, second)] == ["settlement", "capture"]
    assert second["next"] is None
    assert desk.get("/v1/ledger/entries?cursor=nonsense", headers=operator.headers).status_code == 422


def test_entries_name_what_moved_the_money(till: Till, desk: TestClient[Litestar]) -> None:
    operator, seller = somebody(till, Role.OPERATOR), a_paid_seller(till)
    sale = a_settled_sale(till, [10_000], sellers=[seller])
    transfer(till, sale)
    refund(till, sale, 1_000)
    payouts.pay_out(till.db, till.gateway)
    listed = desk.get("/v1/ledger/entries?limit=100", headers=operator.headers).json()["items"]
    assert all(entry["source"] in entry["key"] for entry in listed if not entry["kind"].startswith("dispute"))
    kinds = {"pay": "payment", "rfd": "refund", "trf": "transfer", "rev": "transfer_reversal", "pyo": "payout"}
    assert {item["source"].partition("_")[0] for item in listed} == kinds.keys()
    for item in listed:
        prefix = item["source"].partition("_")[0]
        table, name = kinds[prefix], decode(prefix, item["source"])
        assert till.one(f"SELECT count(*) FROM {table} WHERE id = :id", id=name)[0] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/ledger"),
        ("GET", "/v1/ledger/entries"),
        ("GET", "/v1/reconciliations"),
        ("POST", "/v1/reconciliations"),
    ],
)
def test_the_books_are_for_operators_only(till: Till, desk: TestClient[Litestar], method: str, path: str) -> None:
    assert desk.request(method, path, headers=a_merchant(till).headers).status_code == 403
    assert desk.request(method, path).status_code == 401
    assert till.all("SELECT id FROM reconciliation") == []


def test_the_statement_is_paged_newest_first(browser: Browser, db: Database, seller: Somebody) -> None:
    assert "Each sale appears here" in browser.get(HOME)
    with db.transaction() as session:
        sales_booked(session, seller_id_of(seller), range(100, 163))
    browser.get(HOME)
    assert "Owed to you now CN¥82.53" in browser.words
    assert re.findall(r'class="number">CN¥([\d.]+)<', browser.page) == ["1.62", "1.61", "1.60", "1.59", "1.58"]
    seen: list[str] = []
    path = f"{HOME}/statement"
    while path:
        page = browser.get(path)
        assert "李家果园" in browser.words
        seen += re.findall(r'class="number">CN¥([\d.]+)<', page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        path = more[1] if more else ""
    assert seen == [f"{cents / 100:.2f}" for cents in reversed(range(100, 163))]
    assert "Sale, after commission" in page
    for bad in ("nonsense", "%00", "W10"):
        assert browser.client.get(f"{HOME}/statement?cursor={bad}", headers=browser.headers).status_code in (400, 422)


def test_each_line_of_a_statement_says_its_order_and_its_commission(till: Till, desk: TestClient[Litestar]) -> None:
    seller = a_merchant(till)
    sale = a_settled_sale(till, [10_000, 6_000], sellers=[seller_id_of(seller), a_paid_seller(till)])
    refund(till, sale, 4_000)
    back, sold = desk.get("/v1/statements", headers=seller.headers).json()["items"]
    number = short_number(sale.references[0])
    for line, amount, commission in ((sold, 9_500, 500), (back, -3_800, -200)):
        assert (line["amount"]["amount"], line["commission"]["amount"]) == (amount, commission)
        (order,) = line["orders"]
        assert (order["number"], order["commission_bps"], order["commission"]["amount"]) == (number, 500, commission)
    page = Browser(desk, session=seller.token)
    page.get(f"{HOME}/statement")
    assert f"Sale, after commission Order {number} Commission of 5%: CN¥5.00" in page.words
    assert f"Refund to the buyer Order {number} Commission of 5% given back: CN¥2.00" in page.words
