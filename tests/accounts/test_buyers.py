"""Buyers: at most one account for each person."""

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from tests.factories.accounts import somebody

Client = TestClient[Litestar]


def test_registering_as_a_buyer_twice_changes_it(client: Client, db: Database) -> None:
    person = somebody(db)
    body = {"kind": "household", "display_name": "幸福里", "region_code": "420106"}
    first = client.post("/v1/buyers", json=body, headers=person.headers)
    second = client.post("/v1/buyers", json=body | {"kind": "canteen"}, headers=person.headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    me = client.get("/v1/me", headers=person.headers).json()
    assert (me["roles"], me["buyer"]["kind"], me["display_name"]) == (["buyer"], "canteen", "王小明")
    bad = client.post("/v1/buyers", json=body | {"region_code": "4201"}, headers=person.headers)
    assert bad.json()["errors"][0]["pointer"] == "/region_code"
