"""Appeals: merged, signed, private."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.onboarding.service.appeals import NAME_CONTEXT
from tests.factories import onboarding as make
from tests.factories import regions
from tests.support.drives import driving


def _count(db: Database) -> int:
    with db.reading() as session:
        return session.connection().execute(text("SELECT count(*) FROM appeal")).scalar_one()


def test_the_same_again_joins_within_seven_days(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database
) -> None:
    first = client.post("/v1/appeals", json=make.appeal_body(note="大棚"), headers=farmer.headers).json()
    again = client.post(
        "/v1/appeals", json=make.appeal_body(product=" 草 莓", quantity="0.8吨", note="路封了"), headers=farmer.headers
    ).json()
    assert (again["id"], again["joined"], again["quantity"]) == (first["id"], True, {"grams": 800_000})
    other = client.post("/v1/appeals", json=make.appeal_body(product="蓝莓"), headers=farmer.headers).json()
    assert other["id"] != first["id"]
    with db.transaction() as session:
        clock.advance(session, timedelta(days=8))
        row = session.connection().execute(text("SELECT reports, note, name FROM appeal ORDER BY number")).first()
        assert row is not None
        assert (row.reports, row.note) == (2, "大棚\n路封了")
        assert "王大姐".encode() not in bytes(row.name)
        assert make.opened(bytes(row.name), NAME_CONTEXT) == "王大姐"
        events = "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.received'"
        assert session.connection().execute(text(events)).scalar_one() == 2
    later = make.sign_in(db, 1)
    assert not client.post("/v1/appeals", json=make.appeal_body(), headers=later.headers).json()["joined"]


def test_ten_posts_at_once_make_one_appeal(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        regions.load_tree(session)
    person = make.sign_in(fresh_db, 3).principal.person_id

    def post(_: int) -> bool:
        with fresh_db.transaction() as session:
            return make.file_appeal(session, person).joined

    with ThreadPoolExecutor(10) as pool:
        joined = list(pool.map(post, range(10)))
    assert sorted(joined) == [False] + [True] * 9
    with fresh_db.reading() as session:
        assert session.connection().execute(text("SELECT reports FROM appeal")).scalars().all() == [10]


@pytest.mark.parametrize(
    ("clock_time", "days", "promised"),
    [
        (time(20, 4), 1, time(9)),
        (time(20, 4), 3, time(14, 4)),
        (time(20, 4), 0, time(21)),
        (time(2), 0, time(9)),
        (time(12), 3, time(21)),
        (time(8, 30), 1, time(14, 30)),
    ],
)
def test_a_call_is_promised_within_calling_hours(
    client: TestClient[Litestar],
    farmer: make.SignedIn,
    db: Database,
    tmp_path: Path,
    clock_time: time,
    days: int,
    promised: time,
) -> None:
    with driving(tmp_path, "[calling]\nfrom = 08:00:00\nuntil = 21:00:00\n"):
        with db.transaction() as session:
            there = clock.read(session).astimezone(PEOPLES_ZONE)
            at = datetime.combine(there.date() + timedelta(days=1), clock_time, PEOPLES_ZONE)
            clock.advance(session, at - there)
        body = make.appeal_body(spoils_in_days=days)
        filed = client.post("/v1/appeals", json=body, headers=farmer.headers).json()
    by = datetime.fromisoformat(filed["next"]["by"]).astimezone(PEOPLES_ZONE)
    assert timedelta(0) <= by - datetime.combine(by.date(), promised, PEOPLES_ZONE) < timedelta(minutes=1)
    assert by > at


def test_a_region_under_restriction_is_told_with_its_notice(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database
) -> None:
    with db.transaction() as session:
        regions.close(session, "一号院", area="辽宁省 丹东市 东港市")
    region = client.post("/v1/appeals", json=make.appeal_body(), headers=farmer.headers).json()["region"]
    assert region["verdict"] == "partial"
    assert region["restrictions"][0]["communities"] == ["一号院"]
    assert region["restrictions"][0]["bulletin_number"] == "2022120108"


def test_a_wrong_code_is_refused_and_counted(client: TestClient[Litestar], placed: Database) -> None:
    phone = make.phone_of(9)
    with placed.transaction() as session:
        code = make.code_for(session, phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        answer = client.post("/v1/appeals", json=make.appeal_body(phone=phone, code=wrong))
        assert answer.status_code in (401, 422), answer.text
    assert client.post("/v1/appeals", json=make.appeal_body(phone=phone, code=code)).status_code != 201
    assert _count(placed) == 0


def test_nobody_signs_without_phone_and_code(client: TestClient[Litestar], placed: Database) -> None:
    answer = client.post("/v1/appeals", json=make.appeal_body())
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["/phone", "/code"])
    assert _count(placed) == 0


def test_a_replay_gives_the_first_answer(client: TestClient[Litestar], placed: Database) -> None:
    phone = make.phone_of(9)
    with placed.transaction() as session:
        code = make.code_for(session, phone)
    sent = [
        client.post("/v1/appeals", json=make.appeal_body(phone=phone, code=code), headers={"Idempotency-Key": "a"})
        for _ in range(3)
    ]
    assert [answer.status_code for answer in sent] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in sent}) == 1
    assert sent[1].headers["idempotency-replayed"] == "true"
    assert _count(placed) == 1


def test_others_appeals_are_not_there(client: TestClient[Litestar], farmer: make.SignedIn, db: Database) -> None:
    appeal = client.post("/v1/appeals", json=make.appeal_body(), headers=farmer.headers).json()
    other = make.sign_in(db, 4)
    assert client.get(f"/v1/appeals/{appeal['id']}", headers=other.headers).status_code == 404
    assert client.post(f"/v1/appeals/{appeal['id']}/close", headers=other.headers).status_code == 404
    begun = client.post("/v1/applications", json={"kind": "farmer", "appeal_id": appeal["id"]}, headers=other.headers)
    assert begun.status_code == 404
    assert client.get("/v1/appeals/nonsense", headers=farmer.headers).status_code == 404
    assert client.get(f"/v1/appeals/{appeal['id']}", headers=farmer.headers).json()["state"] == "received"


def test_a_closed_appeal_stays_closed(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    appeal = client.post("/v1/appeals", json=make.appeal_body(), headers=farmer.headers).json()
    for _ in range(2):
        closed = client.post(f"/v1/appeals/{appeal['id']}/close", headers=farmer.headers)
        assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert not client.post("/v1/appeals", json=make.appeal_body(), headers=farmer.headers).json()["joined"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"quantity": "-5kg"}, "/quantity"),
        ({"quantity": "0斤"}, "/quantity"),
        ({"quantity": "很多"}, "/quantity"),
        ({"quantity": {"grams": 1.5}}, "/quantity/grams"),
        ({"quantity": {"grams": 10**19}}, "/quantity/grams"),
        ({"quantity": "9" * 400 + "kg"}, "/quantity"),
        ({"spoils_in_days": -1}, "/spoils_in_days"),
        ({"spoils_in_days": 366}, "/spoils_in_days"),
        ({"spoils_in_days": 2**70}, "/spoils_in_days"),
        ({"name": "王\u202e大姐"}, "/name"),
        ({"name": "王\u200e大姐"}, "/name"),
        ({"name": "  "}, "/name"),
        ({"name": "王" * 61}, "/name"),
        ({"product": "莓" * 61}, "/product"),
        ({"note": "长" * 4_001}, "/note"),
        ({"truck_access": "maybe"}, "/truck_access"),
        ({"region_code": "99"}, "/region_code"),
        ({"region_code": None, "region": "%_"}, "/region"),
        ({"region_code": None, "region": "没有这个地方"}, "/region"),
        ({"region_code": None, "region": "辽宁省"}, "/region"),
        ({"region_code": None}, "/region_code"),
        ({"is_admin": True}, "/is_admin"),
        ({"person_id": "x"}, "/person_id"),
        ({"state": "linked"}, "/state"),
    ],
)
def test_bad_answers_are_told_and_nothing_is_kept(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database, changes: dict, pointer: str
) -> None:
    answer = client.post("/v1/appeals", json=make.appeal_body(**changes), headers=farmer.headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert any(error["pointer"].startswith(pointer) for error in answer.json()["errors"]), answer.text
    assert "{" not in answer.json()["errors"][0]["detail"]
    assert _count(db) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b'{"name": NaN}', 422),
        (b'{"name": "a", "name": "b"}', 422),
        (b'{"name": "a\\u0000"}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"spoils_in_days": 1e400}', 422),
        (b"[" * 100 + b"]" * 100, 422),
        (b'{"note": "' + b"x" * 10_000_000 + b'"}', 413),
    ],
)
def test_bad_bodies(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database, body: bytes, status: int
) -> None:
    headers = {**farmer.headers, "Content-Type": "application/json"}
    assert client.post("/v1/appeals", content=body, headers=headers).status_code == status
    assert (
        client.post("/v1/appeals", content=b"{}", headers=farmer.headers | {"Content-Type": "text/plain"}).status_code
        == 415
    )
    assert _count(db) == 0
