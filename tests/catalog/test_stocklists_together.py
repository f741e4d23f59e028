"""Files of listings that two load at once, that are interrupted, damaged, or long."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import text

from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.catalog.flows import stocklists as flows
from agrimarket.integrations.sheets import write_xlsx
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from tests.factories.accounts import a_seller
from tests.factories.bulk import HEADER, csv_of, listing
from tests.factories.catalog import load_catalogue, today


def _started(db: Database, count: int) -> tuple[Principal, UUID]:
    with db.transaction() as session:
        load_catalogue(session)
        seller, day = a_seller(session).principal, today(session)
    content = csv_of(listing(number, day, publish="否") for number in range(count))
    out = flows.check_file(db, Idempotency(), seller, content, "a.csv", "zh-Hans")
    with db.transaction() as session:
        files.start(session, seller, Kind.LISTINGS, out.id)
    return seller, out.id


def _count(db: Database, statement: str) -> int:
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar_one()


def test_two_who_load_one_file_at_once_share_its_rows(fresh_db: Database) -> None:
    seller, file_id = _started(fresh_db, 12)
    together = threading.Barrier(2)

    def load() -> None:
        together.wait()
        flows.load(fresh_db, file_id)

    both = [threading.Thread(target=load) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert _count(fresh_db, "SELECT count(*) FROM listing") == 12
    with fresh_db.reading() as session:
        view = files.read(session, seller, Kind.LISTINGS, file_id)
    assert (view.file.state, view.total, {state for state, _ in view.counts}) == ("loaded", 12, {"loaded"})


@pytest.mark.parametrize("price", ["68.50元", "70元"])
def test_two_files_that_were_to_make_the_same_listing_make_it_once(db: Database, price: str) -> None:
    """The second was checked before the first was loaded; it changes what it says, and no default takes anything."""
    with db.transaction() as session:
        load_catalogue(session)
        seller, day = a_seller(session).principal, today(session)
    first = listing(0, day, publish="否", max="9")
    second = listing(0, day, publish="", price=price)
    third = listing(0, day, produce="苹果")
    checked = [
        flows.check_file(db, Idempotency(), seller, csv_of([row]), "a.csv", "zh-Hans") for row in (first, second, third)
    ]
    for out in checked:
        with db.transaction() as session:
            files.start(session, seller, Kind.LISTINGS, out.id)
    for out in checked:
        flows.load(db, out.id)
    with db.reading() as session:
        states = [{state for state, _ in files.read(session, seller, Kind.LISTINGS, out.id).counts} for out in checked]
        made = session.connection().execute(text("SELECT price, max_packs, state FROM listing")).all()
    assert states == [{"loaded"}, {"known" if price == "68.50元" else "loaded"}, {"failed"}]
    assert made == [(6_850 if price == "68.50元" else 7_000, 9, "draft")]


def test_a_damaged_workbook_is_refused_and_nothing_is_kept(db: Database) -> None:
    with db.transaction() as session:
        load_catalogue(session)
        seller, day = a_seller(session).principal, today(session)
    content = write_xlsx(HEADER, [listing(1, day)])
    for broken in (content[: len(content) // 2], content[:40], b"PK\x03\x04"):
        with pytest.raises(DomainError):
            flows.check_file(db, Idempotency(), seller, broken, "a.xlsx", "zh-Hans")
    assert _count(db, "SELECT count(*) FROM bulk_file") == 0


@pytest.mark.slow
def test_five_thousand_rows_are_loaded_row_by_row(db: Database) -> None:
    _, file_id = _started(db, 5_000)
    for _ in range(11):
        flows.load(db, file_id)
    assert _count(db, "SELECT count(*) FROM listing") == 5_000
    assert _count(db, "SELECT count(*) FROM bulk_file WHERE state = 'loaded'") == 1
