"""Imports that run at the same time."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from agrimarket.kernel.db import Database
from agrimarket.regions.errors import BulletinOutdated
from agrimarket.regions.service import bulletins, restrictions
from tests.factories import regions as factory

AREA = "湖北省 武汉市 江岸区"


def _count(db: Database, statement: str) -> int:
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar_one()


def test_the_same_notice_from_eight_at_once_is_imported_once(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        factory.load_tree(session)

    def put(_: int) -> bool:
        with fresh_db.transaction() as session:
            return factory.close(session, "甲小区", "乙小区").repeated

    with ThreadPoolExecutor(8) as pool:
        repeated = list(pool.map(put, range(8)))
    assert repeated.count(False) == 1
    assert _count(fresh_db, "SELECT count(*) FROM bulletin") == 1
    assert _count(fresh_db, "SELECT count(*) FROM closed_community") == 2
    assert _count(fresh_db, "SELECT count(*) FROM outbox_message WHERE topic = 'regions.restrictions_changed'") == 1


def test_of_many_notices_at_once_the_newest_is_in_force(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        factory.load_tree(session)

    def put(day: int) -> bool:
        try:
            with fresh_db.transaction() as session:
                document = factory.notice(f"2022-12-{day:02} 08时", high={AREA: [f"第{day}小区", "共同小区"]})
                bulletins.import_notice(session, document, source="test")
        except BulletinOutdated:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(put, [3, 1, 6, 2, 5, 4]))
    assert taken[2]
    assert _count(fresh_db, "SELECT count(*) FROM bulletin") == taken.count(True)
    with fresh_db.transaction() as session:
        (restriction,) = restrictions.status(session, "420102").restrictions
    assert sorted(restriction.communities) == ["共同小区", "第6小区"]
