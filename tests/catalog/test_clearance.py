"""The clearance list: what counties vouch for and what spoils soon, one list a day."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from agrimarket.accounts.models import AuditEntry
from agrimarket.catalog import rules
from agrimarket.catalog.errors import CorrectionUnexplained
from agrimarket.catalog.models.clearance import AppealStock, ClearanceList, ClearanceRow
from agrimarket.catalog.service import clearance, clearance_follows, lots, opinions, stock
from agrimarket.catalog.types.clearance import Change, ClearanceFilter, ClearanceLine, ClearanceSheet, VerifiedStock
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.ids import new_id, short_number
from agrimarket.kernel.principal import Principal, Role
from agrimarket.notifications.models import Notification
from agrimarket.onboarding.service import appeals
from tests.benchmarks.clearance import replay
from tests.factories import clearance as make
from tests.factories import onboarding
from tests.factories.accounts import Somebody, a_buyer, a_person
from tests.factories.catalog import a_listing, load_catalogue, today
from tests.support.statements import statements
from workers.inline import drain

EVERYTHING = ClearanceFilter()


def _operator(session: Session) -> Principal:
    return a_person(session, Role.OPERATOR).principal


def _verified(session: Session, seller: Principal, **lot: Any) -> ListingView:
    listing = a_listing(session, seller, **lot)
    make.of_lot(session, listing.lot_id)
    return listing


def _list(session: Session, why: str | None = None) -> tuple[ClearanceSheet, list[ClearanceLine]]:
    sheet = clearance.make(session, _operator(session), why)
    return sheet, clearance.lines(session, sheet, EVERYTHING)


def _numbers(session: Session, why: str | None = None) -> list[str]:
    return [line.number for line in _list(session, why)[1]]


def _clock_at(session: Session, day: date, at: time) -> datetime:
    moment = datetime.combine(day, at, PEOPLES_ZONE)
    return clock.advance(session, moment - clock.read(session))


def test_what_a_county_vouches_for_and_spoils_soon_stands_on_the_list(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = _verified(session, farmer.principal)
        a_listing(session, farmer.principal)  # about which nobody said anything
        declined = _verified(session, farmer.principal)
        make.of_lot(session, declined.lot_id, verified=False)
        keeping = clock.read(session) + timedelta(days=7)
        _verified(session, farmer.principal, perish_by=keeping)
        sheet, (line,) = _list(session)
    assert (sheet.edition, sheet.rows, sheet.grams, sheet.why) == (1, 1, 100_000, None)
    assert (line.stock_id, line.listing_id, line.grams) == (listing.lot_id, listing.id, 100_000)
    assert (line.number, line.product_code) == (short_number(listing.lot_id), "strawberry")
    assert (line.office, line.price_per_kg, line.pack_grams) == (make.OFFICE, listing.price_per_kg, 2_500)


def test_what_is_sold_recalled_or_perished_is_off_the_next_list(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        sold, recalled, held = (_verified(session, farmer.principal) for _ in range(3))
        assert len(_numbers(session)) == 3
        stock.reserve(session, {sold.lot_id: 100_000, held.lot_id: 99_000})
        stock.commit(session, {sold.lot_id: 100_000})
        lots.recall(session, farmer.principal, recalled.lot_id, "有異味")
        first = clearance.read(session, today(session))
        assert len(clearance.lines(session, first, EVERYTHING)) == 3, "a list that was made says what it said"
        clock.advance(session, timedelta(days=1))
        sheet, lines = _list(session)
        assert (sheet.day - first.day, lines) == (timedelta(days=1), []), "1 kg is less than a pack"
        stock.release(session, {held.lot_id: 99_000})
        assert _numbers(session, "一單取消了") == [short_number(held.lot_id)]
        clock.advance(session, timedelta(days=3))
        assert _numbers(session) == []


def test_a_list_belongs_to_a_day_in_china_and_has_what_spoils_by_the_end_of_the_last(db: Database) -> None:
    midnight = datetime(2026, 2, 17, tzinfo=PEOPLES_ZONE)
    before = midnight - timedelta(seconds=1)
    assert (rules.clearance_day(before), rules.clearance_day(midnight)) == (date(2026, 2, 16), date(2026, 2, 17))
    assert rules.clearance_until(date(2026, 2, 17), 5) == datetime(2026, 2, 23, tzinfo=PEOPLES_ZONE)
    assert rules.clearance_due(midnight.replace(hour=6), time(6)) is True
    assert rules.clearance_due(midnight.replace(hour=5, minute=59, second=59), time(6)) is False


def test_the_list_of_a_day_is_made_once_when_its_time_has_come(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = _verified(session, farmer.principal)
        tomorrow = today(session) + timedelta(days=1)
        _clock_at(session, tomorrow, time(0, 0, 1))
        assert clearance.make_due(session) is None
        _clock_at(session, tomorrow, time(5, 59, 59))
        assert clearance.make_due(session) is None
        _clock_at(session, tomorrow, time(6, 0))
        made = clearance.make_due(session)
        assert made is not None
        assert (made.day, made.edition, made.rows) == (tomorrow, 1, 1)
        _clock_at(session, tomorrow, time(23, 59, 59))
        assert clearance.make_due(session) is None
        _clock_at(session, tomorrow + timedelta(days=1), time(6, 30))
        again = clearance.make_due(session)
        assert again is not None
        assert (again.day, again.rows) == (tomorrow + timedelta(days=1), 1)
        assert session.scalars(select(col(ClearanceRow.stock_id))).all() == [listing.lot_id] * 2


def test_workers_that_make_a_list_at_once_make_one(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        _clock_at(session, today(session) + timedelta(days=1), time(6, 30))
    start = Barrier(4)

    def make_it(_: int) -> bool:
        start.wait()
        with fresh_db.transaction() as session:
            return clearance.make_due(session) is not None

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make_it, range(4)))
    with fresh_db.transaction() as session:
        topics = session.connection().execute(text("SELECT topic FROM outbox_message")).scalars().all()
        assert (sum(made), len(session.exec(select(ClearanceList)).all())) == (1, 1)
    assert topics.count("clearance.made") == 1


def test_a_reason_makes_the_next_edition_where_the_scheduler_was_faster(
    db: Database, farmer: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.transaction() as session:
        _verified(session, farmer.principal)
        first, _ = _list(session)
        monkeypatch.setattr(clearance.queries, "last_edition", Mock(return_value=0))  # as it was a moment before
        with pytest.raises(CorrectionUnexplained):
            clearance.make(session, _operator(session), None)
        assert clearance.newest(session) == first
        made = clearance.make(session, _operator(session), "示範市場開張")
        assert (made.edition, made.why, made.day) == (2, "示範市場開張", first.day)


def test_a_correction_is_another_edition_that_says_what_changed(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        gone, less = _verified(session, farmer.principal), _verified(session, farmer.principal)
        first, _ = _list(session)
        with pytest.raises(CorrectionUnexplained):
            clearance.make(session, _operator(session), None)
        assert clearance.newest(session) == first
        make.of_lot(session, gone.lot_id, verified=False)
        lots.correct_quantity(session, farmer.principal, less.lot_id, 60_000)
        come = _verified(session, farmer.principal)
        second, _ = _list(session, "縣裡撤回一條")
        assert (second.edition, second.why, second.rows) == (2, "縣裡撤回一條", 2)
        assert clearance.changes(session, second) == {
            Change.CAME: [short_number(come.lot_id)],
            Change.WENT: [short_number(gone.lot_id)],
            Change.CHANGED: [short_number(less.lot_id)],
        }
        assert clearance.changes(session, first) == {}
        assert clearance.read(session, first.day) == second
        assert clearance.read(session, first.day, 1) == first
        assert clearance.sheets(session, None, 10) == [second]
        acts = [entry.details for entry in session.exec(select(AuditEntry)) if entry.action == "clearance.made"]
    assert {"edition": 2, "rows": 2, "why": "縣裡撤回一條"} in acts


@pytest.mark.parametrize(
    "act",
    ["UPDATE clearance_row SET grams = 1", "DELETE FROM clearance_list", "UPDATE lot_opinion SET verified = false"],
)
def test_what_was_published_or_said_never_changes(db: Database, farmer: Somebody, act: str) -> None:
    with db.transaction() as session:
        _verified(session, farmer.principal)
        _list(session)
    with pytest.raises(DBAPIError, match=r"append-only|cannot|never"), db.transaction() as session:
        session.connection().execute(text(act))


def test_a_list_takes_one_statement_however_long_it_is(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        for _ in range(3):
            _verified(session, farmer.principal)
        _clock_at(session, today(session) + timedelta(days=1), time(6))
    with db.transaction() as session, statements() as seen:
        assert clearance.make_due(session)
    assert len([each for each in seen if "clearance" in each]) == 2, "whether it is there, and the list"
    assert len(seen) == 4, "the clock and the event besides"


# Appeals


def test_a_verified_appeal_stands_on_the_list_until_it_is_closed(db: Database) -> None:
    with db.transaction() as session:
        grower = a_person(session)
        appeal = onboarding.file_appeal(session, grower.person_id, product="草莓 13800001111 王大姐").appeal
        make.of_appeal(session, appeal.id)
        number = f"A{appeal.number}"
    drain(db)
    with db.transaction() as session:
        sheet, (line,) = _list(session)
        assert line.number.startswith(number)
        assert (line.product, line.grams, line.listing_id, line.stock_id) == ("草莓", 500_000, None, appeal.id)
        assert line.price_per_kg is not None
        assert (line.price_per_kg.amount, line.origin_name) == (600, "辽宁省丹东市东港市")
        appeals.close(session, grower.principal, appeal.id)
    drain(db)
    with db.transaction() as session:
        assert _numbers(session, "賣掉了") == []
        assert len(clearance.lines(session, sheet, EVERYTHING)) == 1


def test_what_is_declined_or_became_an_application_is_off_the_list(db: Database) -> None:
    with db.transaction() as session:
        growers = [a_person(session) for _ in range(3)]
        filed = [onboarding.file_appeal(session, each.person_id).appeal for each in growers]
        for appeal in filed:
            make.of_appeal(session, appeal.id)
        make.of_appeal(session, filed[0].id, verified=False)
        onboarding.draft(session, growers[1].principal, {}, filed[1].id)
    drain(db)
    with db.transaction() as session:
        (line,) = _list(session)[1]
        assert line.stock_id == filed[2].id
        make.of_appeal(session, filed[0].id)
    drain(db)
    with db.transaction() as session:
        assert {line.stock_id for line in _list(session, "又核實了")[1]} == {filed[0].id, filed[2].id}


def test_events_about_an_appeal_count_in_the_order_in_which_they_happened(db: Database) -> None:
    with db.transaction() as session:
        told = VerifiedStock(
            new_id(), 2, False, "A1-0", "草莓", "210681", 500, clock.read(session), None, make.OFFICE, date(2026, 1, 1)
        )
        assert opinions.take(session, told) is True
        earlier = replace(told, turn=1, open=True)
        assert opinions.take(session, earlier) is False
        assert opinions.take(session, told) is False
        assert session.exec(select(AppealStock.turn, AppealStock.open)).all() == [(2, False)]


# Being told


def test_who_asked_is_told_of_each_list_that_has_something(db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        buyer, other = a_buyer(session), a_buyer(session)
        for _ in range(2):
            clearance_follows.begin(session, buyer.principal)
        clearance_follows.begin(session, other.principal)
        clearance_follows.end(session, other.principal)
        _list(session)
    drain(db)
    told = select(col(Notification.person_id), col(Notification.params)).where(
        Notification.template == "clearance_made", Notification.channel == "in_app"
    )
    with db.transaction() as session:
        assert session.exec(told).all() == [], "an empty list is no news"
        clock.advance(session, timedelta(days=1))
        _verified(session, farmer.principal)
        sheet, _ = _list(session)
    drain(db)
    with db.transaction() as session:
        ((person_id, params),) = session.exec(told).all()
    assert person_id == buyer.person_id
    assert (params["number"], params["rows"]) == (str(sheet.day), 1)
    assert params["path"].startswith("/clearance/told/clf_")


def test_a_small_replay_makes_a_right_list_of_each_day(db: Database) -> None:
    """`python -m tests.benchmarks clearance` plays 72,000; what it checks holds for a few hundred too."""
    with db.transaction() as session:
        load_catalogue(session)
    made = replay(db, count=600, days=8)
    assert [each.statements for each in made] == [4] * 8
    assert len({each.sheet.day for each in made}) == 8
    assert min(each.sheet.rows for each in made) > 0
    assert sum(each.sheet.rows for each in made) > 100
