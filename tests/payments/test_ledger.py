"""The ledger: what the database itself refuses, and what an entry is."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.payments.service import ledger
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import LedgerKind
from tests.factories import accounts as people

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
        (entry,) = ledger.statement(session, mine)
        assert [(line.seller_id, line.amount) for line in entry.lines] == [(mine, -60)]
        newest, oldest = ledger.entries(session)
        assert ledger.entries(session, before=newest.id) == [oldest]
        assert ledger.entries(session, before=oldest.id) == []
