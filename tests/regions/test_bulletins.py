"""Importing notices: what is refused, what takes effect, and what runs at the same time."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import Session, select

from agrimarket.accounts.service import audit, buyers, people, sign_in
from agrimarket.accounts.states import BuyerKind
from agrimarket.kernel.db import Database
from agrimarket.kernel.outbox import OutboxMessage
from agrimarket.kernel.principal import Role
from agrimarket.regions.errors import (
    BulletinFromFuture,
    BulletinIncomplete,
    RegionsMissing,
)
from agrimarket.regions.models import Bulletin, ClosedCommunity, Restriction
from agrimarket.regions.service import bulletins, restrictions, serviceability
from agrimarket.regions.types.restrictions import Verdict
from tests.factories import regions as factory
from workers.inline import drain

Client = TestClient[Litestar]
JIANGAN, DONGGANG = "420102", "210681"
AREA = "湖北省 武汉市 江岸区"
SOURCE = "https://example.org/2022120208"


def _bearer(db: Database, role: Role) -> dict[str, str]:
    with db.transaction() as session:
        person = people.with_phone(session, "+8613900000001", "zh-Hans", "值班")
        if role is Role.BUYER:
            buyers.register(session, person, BuyerKind.HOUSEHOLD, "买家", "420102")
        else:
            people.grant_role(session, person, role)
        token, _ = sign_in.open_session(session, person)
    return {"Authorization": f"Bearer {token}", "Accept-Language": "zh-Hans"}


@pytest.fixture
def operator_headers(tree_db: Database) -> dict[str, str]:
    return _bearer(tree_db, Role.OPERATOR)


def _post(client: Client, document: Any, headers: dict[str, str], **query: str) -> Any:
    return client.post("/v1/bulletins", params={"source": SOURCE} | query, json=document, headers=headers)


def _bulletins(db: Database) -> int:
    with db.reading() as session:
        return session.connection().execute(text("SELECT count(*) FROM bulletin")).scalar_one()


def _rows(session: Session) -> tuple[int, int, int, int]:
    tables = (Bulletin, Restriction, ClosedCommunity, OutboxMessage)
    return tuple(len(session.exec(select(table)).all()) for table in tables)  # type: ignore[return-value]


def _changes(session: Session) -> list[dict[str, object]]:
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id))  # type: ignore[arg-type]
    return [row.payload for row in rows if row.topic == "regions.restrictions_changed"]


def _count(db: Database, statement: str) -> int:
    with db.reading() as session:
        return session.connection().execute(text(statement)).scalar_one()


def test_an_operator_puts_a_notice_into_force(
    client: Client, tree_db: Database, operator_headers: dict[str, str]
) -> None:
    document = factory.notice(high={AREA: ["百步亭花园社区"], "四川省 成都市 无此县": ["某某苑"]})
    made = _post(client, document, operator_headers)
    assert made.status_code == 201, made.text
    bulletin = made.json()
    assert bulletin["number"] == "2022120208"
    assert bulletin["published_at"] == "2022-12-02T00:00:00Z"
    assert bulletin["counts"]["high"] == {"stated": 2, "parsed": 2}
    assert (bulletin["entries"], bulletin["unresolved"], bulletin["closed"]) == (2, 1, 2)
    assert client.get(f"/v1/bulletins/{bulletin['id']}").json()["source"] == SOURCE
    status = client.get("/v1/regions/420102/status").json()
    assert (status["verdict"], status["bulletin_number"]) == ("partial", "2022120208")
    assert status["restrictions"][0]["communities"] == ["百步亭花园社区"]
    query = {"origin": "210681", "destination": "420102"}
    assert client.get("/v1/serviceability", params=query).json()["verdict"] == "partial"
    named = client.get("/v1/serviceability", params={**query, "community": "百步亭花园社区"}).json()
    assert (named["verdict"], named["blocking"][0]["bulletin_number"]) == ("closed", "2022120208")
    unresolved = client.get("/v1/restrictions/unresolved", headers=operator_headers).json()["items"]
    assert [entry["place"] for entry in unresolved] == ["四川省 成都市 无此县"]
    again = _post(client, document, operator_headers).json()
    assert (again["repeated"], again["id"]) == (True, bulletin["id"])


def test_who_imported_a_notice_is_in_the_audit_log(
    client: Client, tree_db: Database, operator_headers: dict[str, str]
) -> None:
    bulletin = _post(client, factory.notice(high={AREA: ["甲小区"]}), operator_headers).json()
    drain(tree_db)
    with tree_db.reading() as session:
        (line,) = audit.entries(session, subject=bulletin["id"])
        assert line.action == "bulletin.imported"
        assert line.person_id is not None
        assert line.details["number"] == "2022120208"


def test_a_retry_with_the_same_key_gets_the_same_answer(
    client: Client, tree_db: Database, operator_headers: dict[str, str]
) -> None:
    document, headers = factory.notice(high={AREA: ["甲小区"]}), operator_headers | {"Idempotency-Key": "n1"}
    assert _post(client, document, headers).json() == _post(client, document, headers).json()


def test_only_operators_import(client: Client, tree_db: Database) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    assert _post(client, document, {}).status_code == 401
    assert _post(client, document, _bearer(tree_db, Role.BUYER)).status_code == 403
    assert client.get("/v1/restrictions/unresolved").status_code == 401
    assert _bulletins(tree_db) == 0


MALFORMED: list[tuple[str, Any, str, str]] = [
    ("no data", {}, "/data", "missing"),
    ("data is a list", {"data": []}, "/data", "model_type"),
    ("no lists", {"data": {"end_update_time": "2022-12-02 08时"}}, "/data/highlist", "missing"),
    ("no hour", factory.notice("yesterday"), "/data/end_update_time", "bulletin_hour"),
    ("an hour that is none", factory.notice("2022-13-41 08时"), "/data/end_update_time", "bulletin_hour"),
    ("25 o'clock", factory.notice("2022-12-02 25时"), "/data/end_update_time", "bulletin_hour"),
    (
        "communities are a text",
        {"data": factory.notice()["data"] | {"highlist": [{"province": "湖北省", "communitys": "全域"}]}},
        "/data/highlist/0/communitys",
        "list_type",
    ),
    (
        "a community is a number",
        {"data": factory.notice()["data"] | {"highlist": [{"province": "湖北省", "communitys": [7]}]}},
        "/data/highlist/0/communitys/0",
        "string_type",
    ),
    ("a count below zero", {"data": factory.notice()["data"] | {"hcount": -1}}, "/data/hcount", "greater_than_equal"),
    ("a count as text", {"data": factory.notice()["data"] | {"hcount": "1"}}, "/data/hcount", "int_type"),
]


@pytest.mark.parametrize(("document", "pointer", "code"), [m[1:] for m in MALFORMED], ids=[m[0] for m in MALFORMED])
def test_a_malformed_notice_is_refused_and_nothing_is_written(
    client: Client, tree_db: Database, operator_headers: dict[str, str], document: Any, pointer: str, code: str
) -> None:
    refused = _post(client, document, operator_headers)
    assert refused.status_code == 422, refused.text
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in refused.json()["errors"]]
    assert all(error["detail"] for error in refused.json()["errors"])
    assert _bulletins(tree_db) == 0


def test_a_notice_that_was_cut_off(client: Client, tree_db: Database, operator_headers: dict[str, str]) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["hcount"] = 42_921
    refused = _post(client, document, operator_headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "bulletin.incomplete")
    assert "42,921" in refused.json()["detail"]
    assert _bulletins(tree_db) == 0
    assert _post(client, document, operator_headers, accept_counts="true").status_code == 201


def test_lists_of_notices_have_cursors(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        for day in (1, 2, 3):
            factory.close(session, "甲小区", hour=f"2022-12-0{day} 08时")
    first = client.get("/v1/bulletins", params={"limit": 2}).json()
    second = client.get("/v1/bulletins", params={"limit": 2, "cursor": first["next"]}).json()
    numbers = [bulletin["number"] for bulletin in first["items"] + second["items"]]
    assert numbers == ["2022120308", "2022120208", "2022120108"]
    assert second["next"] is None
    assert client.get("/v1/bulletins", params={"cursor": "x"}).json()["code"] == "cursor.malformed"
    assert client.get("/v1/bulletins/bul_x").status_code == 404


def test_a_new_notice_ends_what_it_no_longer_names(region_session: Session) -> None:
    factory.close(region_session, "甲小区", "乙小区", hour="2022-12-01 08时")
    factory.close(region_session, "乙小区", "丙小区", hour="2022-12-03 08时")
    (restriction,) = restrictions.status(region_session, JIANGAN).restrictions
    assert sorted(restriction.communities) == ["丙小区", "乙小区"]
    assert restriction.since == factory.moment("2022-12-01T00")
    periods = {
        row.name: (row.since, row.until)
        for row in region_session.exec(select(ClosedCommunity).execution_options(populate_existing=True))
    }
    first, second = factory.moment("2022-12-01T00"), factory.moment("2022-12-03T00")
    assert periods == {"甲小区": (first, second), "乙小区": (first, None), "丙小区": (second, None)}
    bulletins.import_notice(region_session, factory.notice("2022-12-05 08时"), source="test")
    assert restrictions.status(region_session, JIANGAN).verdict is Verdict.OPEN
    assert len(region_session.exec(select(ClosedCommunity)).all()) == 3
    assert _changes(region_session) == [
        {"bulletin_number": "2022120108", "opened": [], "closed": [JIANGAN]},
        {"bulletin_number": "2022120308", "opened": [JIANGAN], "closed": [JIANGAN]},
        {"bulletin_number": "2022120508", "opened": [JIANGAN], "closed": []},
    ]


def test_low_risk_informs_and_closes_nothing(region_session: Session) -> None:
    bulletins.import_notice(region_session, factory.notice(low={AREA: ["全域"]}), source="test")
    assert serviceability.between(region_session, DONGGANG, JIANGAN).verdict is Verdict.OPEN
    assert [r.level for r in restrictions.status(region_session, JIANGAN).restrictions] == ["low"]
    assert _changes(region_session) == []


def test_the_same_notice_again_changes_nothing(region_session: Session) -> None:
    factory.close(region_session, "甲小区")
    before = _rows(region_session)
    again = factory.close(region_session, "甲小区")
    assert again.repeated
    assert (again.opened, again.closed) == (0, 0)
    assert _rows(region_session) == before


def test_an_older_notice_goes_into_history_and_leaves_the_present(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-02 08时")
    told = _changes(region_session)
    factory.close(region_session, "乙小区", "甲小区", hour="2022-12-01 08时")
    assert _changes(region_session) == told
    (restriction,) = restrictions.status(region_session, JIANGAN).restrictions
    assert restriction.communities == ["甲小区"]
    assert restriction.since == factory.moment("2022-12-01T00")


def test_a_correction_of_the_same_hour_takes_effect(region_session: Session) -> None:
    factory.close(region_session, "甲小区", hour="2022-12-02 08时")
    factory.close(region_session, "乙小区", hour="2022-12-02 08时")
    assert restrictions.status(region_session, JIANGAN).restrictions[0].communities == ["乙小区"]


def test_a_notice_from_the_future_is_refused(region_session: Session) -> None:
    with pytest.raises(BulletinFromFuture):
        factory.close(region_session, "甲小区", hour="2202-12-02 08时")
    assert _rows(region_session) == (0, 0, 0, 0)


def test_a_notice_that_was_cut_off_is_refused_unless_it_was_published_so(region_session: Session) -> None:
    document = factory.notice(high={AREA: ["甲小区"]})
    document["data"]["hcount"] = 2
    with pytest.raises(BulletinIncomplete) as refused:
        bulletins.import_notice(region_session, document, source="test")
    assert refused.value.values == {"level": "high", "stated": 2, "parsed": 1}
    assert _rows(region_session) == (0, 0, 0, 0)
    accepted = bulletins.import_notice(region_session, document, source="test", accept_counts=True)
    assert accepted.counts["high"] == (2, 1)  # type: ignore[index]


def test_without_a_code_table_nothing_is_imported(db: object, worker_database: object) -> None:
    with db.transaction() as session:  # type: ignore[attr-defined]
        session.connection().execute(text("DELETE FROM region"))
        with pytest.raises(RegionsMissing):
            bulletins.import_notice(session, factory.notice(high={AREA: ["甲小区"]}), source="test")
        assert _rows(session) == (0, 0, 0, 0)


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
        with fresh_db.transaction() as session:
            document = factory.notice(f"2022-12-{day:02} 08时", high={AREA: [f"第{day}小区", "共同小区"]})
            return not bulletins.import_notice(session, document, source="test").repeated

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(put, [3, 1, 6, 2, 5, 4]))
    assert all(taken)
    assert _count(fresh_db, "SELECT count(*) FROM bulletin") == 6
    with fresh_db.transaction() as session:
        (restriction,) = restrictions.status(session, "420102").restrictions
    assert sorted(restriction.communities) == ["共同小区", "第6小区"]
