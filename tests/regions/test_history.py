"""History: whatever order notices come in, the periods are those of the notices in the order of their hours."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from agrimarket.kernel.db import Database
from agrimarket.regions.notices import Notice, Place
from agrimarket.regions.service import bulletins, restrictions
from agrimarket.regions.types.restrictions import RiskLevel, Verdict
from tests.factories import regions as factory

JIANGAN = "420102"
FIRST = datetime(2022, 11, 1, tzinfo=UTC)
AREAS = {"江岸区": ("甲小区", "乙小区"), "武昌区": ("丙小区", "丁小区")}
Says = dict[str, tuple[str, ...]]

LAID_OUT = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each example is some dozen statements: shrinking takes long
)

communities = {area: st.sets(st.sampled_from(names)).map(sorted).map(tuple) for area, names in AREAS.items()}
says = st.fixed_dictionaries({}, optional=communities)
"""What a notice says: an area with no communities is closed as a whole."""


def _put(session: Session, hour: int, said: Says, *, expires: int | None = None) -> bool:
    places = [Place("湖北省", "武汉市", area, names) for area, names in sorted(said.items())]
    at = FIRST + timedelta(hours=hour)
    notice = Notice(
        published_at=at,
        sha256=repr((hour, sorted(said.items()), expires)).encode(),
        lists={RiskLevel.HIGH: places, RiskLevel.MIDDLE: []},
        counts={RiskLevel.HIGH: (len(places), len(places)), RiskLevel.MIDDLE: (0, 0), RiskLevel.LOW: (None, 0)},
        expires_at=None if expires is None else FIRST + timedelta(hours=expires, minutes=30),
    )
    return bulletins.import_notice(session, notice, source="test", accept_counts=True).repeated


def _history(session: Session) -> list[Any]:
    rows = session.connection().execute(
        text("""
            SELECT r.stated, r.whole_area, r.since, r.until, b.published_at, e.published_at, c.name, c.since, c.until
            FROM restriction r
            JOIN bulletin b ON b.id = r.bulletin_id
            LEFT JOIN bulletin e ON e.id = r.ended_by_id
            LEFT JOIN closed_community c ON c.restriction_id = r.id
        """)
    )
    return sorted(rows, key=repr)


def _after(session: Session, notices: Iterable[tuple[int, Says]], expiries: dict[int, int]) -> list[Any]:
    with session.begin_nested() as point:
        for hour, said in notices:
            _put(session, hour, said, expires=expiries.get(hour))
        found = _history(session)
        point.rollback()
    return found


@pytest.mark.slow
@given(notices=st.lists(says, min_size=1, max_size=6), data=st.data())
@settings(LAID_OUT, max_examples=60)
def test_any_order_of_arrival_makes_the_same_history(
    region_session: Session, notices: list[Says], data: st.DataObject
) -> None:
    """Also with notices that expire, whether before the next one comes or after."""
    numbered: Sequence[tuple[int, Says]] = list(enumerate(notices))
    expiries = data.draw(st.dictionaries(st.sampled_from([hour for hour, _ in numbered]), st.integers(0, 7)))
    expiries = {hour: expires for hour, expires in expiries.items() if expires >= hour}
    shuffled = data.draw(st.permutations(numbered))
    assert _after(region_session, shuffled, expiries) == _after(region_session, numbered, expiries)


@pytest.mark.slow
@given(notices=st.lists(says, min_size=1, max_size=4), wrong=says, data=st.data())
@settings(LAID_OUT, max_examples=40)
def test_a_notice_that_was_corrected_leaves_nothing(
    region_session: Session, notices: list[Says], wrong: Says, data: st.DataObject
) -> None:
    numbered = list(enumerate(notices))
    hour = data.draw(st.sampled_from(range(len(notices))))
    shuffled: list[tuple[int, Says]] = list(data.draw(st.permutations(numbered)))
    place = data.draw(st.integers(0, shuffled.index(numbered[hour])))
    shuffled.insert(place, (hour, wrong))
    assert _after(region_session, shuffled, {}) == _after(region_session, numbered, {})


def test_a_correction_can_be_corrected_back(region_session: Session) -> None:
    first: Says = {"江岸区": ("甲小区",)}
    second: Says = {"江岸区": ("乙小区",)}
    assert [_put(region_session, 1, said) for said in (first, second, first)] == [False, False, False]
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert entry.communities == ["甲小区"]
    assert _put(region_session, 1, first)
    newest = bulletins.newest_first(region_session, before=None, limit=9)
    assert [bulletin.corrected for bulletin in newest] == [False, True, True]


def test_a_correction_of_an_older_hour_leaves_the_present(region_session: Session) -> None:
    _put(region_session, 1, {"江岸区": ("甲小区",)})
    _put(region_session, 2, {"江岸区": ("乙小区",)})
    _put(region_session, 1, {"江岸区": ()})
    (entry,) = restrictions.status(region_session, JIANGAN).restrictions
    assert (entry.communities, entry.whole_area) == (["乙小区"], False)


def test_what_a_notice_changed_is_told_later_too(region_session: Session) -> None:
    _put(region_session, 1, {"江岸区": ("甲小区",), "武昌区": ("丙小区",)})
    _put(region_session, 3, {"江岸区": ("甲小区", "乙小区")})
    newest = bulletins.newest_first(region_session, before=None, limit=1)[0]
    detail = bulletins.detail(region_session, newest.id)
    assert [(c.region_name, c.ended_names) for c in detail.changes.opened] == [("湖北省武汉市武昌区", ["丙小区"])]
    assert [(c.region_name, c.begun_names) for c in detail.changes.changed] == [("湖北省武汉市江岸区", ["乙小区"])]
    assert (detail.summary.opened, detail.summary.closed) == (1, 1)
    _put(region_session, 2, {"江岸区": ("甲小区", "乙小区"), "武昌区": ("丙小区",)})
    detail = bulletins.detail(region_session, newest.id)
    assert detail.changes.changed == []
    assert [c.region_name for c in detail.changes.opened] == ["湖北省武汉市武昌区"]
    _put(region_session, 4, {})
    assert bulletins.detail(region_session, newest.id).changes == detail.changes


def test_what_has_expired_ends_by_the_clock(region_session: Session) -> None:
    _put(region_session, 1, {"江岸区": ("甲小区",)}, expires=2)
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN
    ahead = datetime.now(UTC) + timedelta(days=2)
    hours = int((ahead - FIRST) / timedelta(hours=1))
    _put(region_session, 3, {"江岸区": ("甲小区",)}, expires=hours)
    assert bulletins.end_expired(region_session) == 0
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.PARTIAL
    region_session.connection().execute(text("UPDATE clock SET shift = shift + interval '4 days'"))
    assert bulletins.end_expired(region_session) == 1
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN
    assert bulletins.end_expired(region_session) == 0


def test_an_import_that_fails_half_way_leaves_nothing(fresh_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(*_: object) -> None:
        raise RuntimeError("killed")

    with fresh_db.transaction() as session:
        factory.load_tree(session)
    monkeypatch.setattr("agrimarket.regions.queries.history.insert_communities", torn)
    with pytest.raises(RuntimeError), fresh_db.transaction() as session:
        factory.close(session, "甲小区")
    with fresh_db.reading() as session:
        for table in ("bulletin", "restriction", "closed_community", "zone", "outbox_message"):
            assert session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def test_an_import_that_is_killed_leaves_nothing(fresh_db: Database) -> None:
    """The connection is cut after everything was written and before the commit."""
    with fresh_db.transaction() as session:
        factory.load_tree(session)
    with pytest.raises(OperationalError), fresh_db.transaction() as session:
        factory.close(session, "甲小区")
        pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        with fresh_db.transaction() as other:
            other.connection().execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with fresh_db.transaction() as session:
        assert session.connection().execute(text("SELECT count(*) FROM bulletin")).scalar_one() == 0
        assert not factory.close(session, "甲小区").repeated
