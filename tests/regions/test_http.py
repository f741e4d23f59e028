"""Regions, verdicts and notices over HTTP."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.service import audit, buyers, people, sign_in
from agrimarket.accounts.states import BuyerKind
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories import regions as factory
from workers.inline import drain

Client = TestClient[Litestar]
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


def test_finding_a_region(client: Client, tree_db: Database) -> None:
    assert client.get("/v1/regions", params={"q": "東港"}).json()["items"][0]["code"] == "210681"
    assert len(client.get("/v1/regions").json()["items"]) == 34
    dandong = client.get("/v1/regions", params={"parent": "210600"}).json()["items"]
    assert {region["name"] for region in dandong} == {
        "元宝区",
        "振兴区",
        "振安区",
        "宽甸满族自治县",
        "东港市",
        "凤城市",
    }
    assert client.get("/v1/regions/210681").json()["full_name"] == "辽宁省丹东市东港市"
    missing = client.get("/v1/regions/999999", headers={"Accept-Language": "en"})
    assert (missing.status_code, missing.json()["code"]) == (404, "region.unknown")
    assert "search by name" in missing.json()["detail"]


def test_an_operator_puts_a_notice_into_force(
    client: Client, tree_db: Database, operator_headers: dict[str, str]
) -> None:
    document = factory.notice(high={AREA: ["百步亭花园社区"], "四川省 成都市 高新区": ["某某苑"]})
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
    assert [entry["place"] for entry in unresolved] == ["四川省 成都市 高新区"]
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


@pytest.mark.parametrize(
    ("language", "verdict"),
    [("zh-Hant", "部分小區暫停收貨"), ("zh-Hans", "部分小区暂停收货"), ("en", "Some communities are closed")],
)
def test_the_page_of_a_region(client: Client, tree_db: Database, language: str, verdict: str) -> None:
    with tree_db.transaction() as session:
        factory.close(session, "百步亭花园社区", "<script>")
    page = client.get("/regions/420102", headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    assert verdict in page.text
    assert "百步亭花园社区" in page.text
    assert "2022120108" in page.text
    assert "<script>" not in page.text


def test_the_page_answers_for_ones_own_community_and_stays_small(client: Client, tree_db: Database) -> None:
    with tree_db.transaction() as session:
        factory.close(session, *(f"第{number}小区" for number in range(5_000)))
    headers = {"Accept": "text/html", "Accept-Language": "zh-Hans"}
    page = client.get("/regions/420102", headers=headers)
    assert len(page.content) < 60_000
    assert "4,940" in page.text
    closed = client.get("/regions/420102", params={"community": "第4999小区"}, headers=headers).text
    assert "“第4999小区”在暂停收货的范围里" in closed
    assert (
        "“汉口花园”不在名单上" in client.get("/regions/420102", params={"community": "汉口花园"}, headers=headers).text
    )


def test_finding_a_region_on_the_page(client: Client, tree_db: Database) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    assert "/regions/210681" in client.get("/regions", params={"q": "东港"}, headers=headers).text
    assert "/regions?parent=210000" in client.get("/regions", headers=headers).text
    assert "/regions/210681" in client.get("/regions", params={"parent": "210600"}, headers=headers).text
    assert "Nothing is called" in client.get("/regions", params={"q": "没有这样的地方"}, headers=headers).text
    assert client.get("/regions/999999", headers=headers).status_code == 404
