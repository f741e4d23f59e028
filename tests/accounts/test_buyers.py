"""Buyers: at most one account for each person."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel.db import Database
from tests.factories.accounts import somebody
from tests.support.rows import count

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


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_cart_before_the_account_says_what_to_do_first(client: Client, db: Database, language: str) -> None:
    headers = {**somebody(db).headers, "accept-language": language}
    refused = client.post("/v1/carts", json={"lines": []}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden.buyer")
    assert "POST /v1/buyers" in refused.json()["detail"]
    assert count(db, "cart") == 0
    body = {"kind": "household", "display_name": "幸福里", "region_code": "420106"}
    assert client.post("/v1/buyers", json=body, headers=headers).status_code == 201
    assert client.post("/v1/carts", json={"lines": []}, headers=headers).status_code == 201
