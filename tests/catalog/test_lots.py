"""Lots over HTTP: recorded, corrected, recalled; and refusals that change nothing."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.catalog.service import listings, stock
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.kernel.outbox import OutboxMessage
from agrimarket.kernel.principal import Role
from tests.catalog.conftest import count, lot_body
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody

Client = TestClient[Litestar]


def test_a_key_makes_one_lot(client: Client, db: Database, farmer: Somebody) -> None:
    headers = farmer.headers | {"Idempotency-Key": "harvest-1"}
    first, again = (client.post("/v1/lots", json=lot_body(db), headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(db) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"quantity": "0斤"}, 422, "invalid_fields"),
        ({"quantity": {"grams": -5}}, 422, "invalid_fields"),
        ({"quantity": "many"}, 422, "invalid_fields"),
        ({"region_code": "999999"}, 404, "region.unknown"),
        ({"product_id": "prd_01m8504b7ye8nbqetv75q9crjn"}, 404, "not_found"),
        ({"product_id": "prd_x"}, 422, "invalid_fields"),
        ({"perish_by": "2019-01-01T00:00:00Z"}, 422, "lot.perish_by_past"),
        ({"perish_by": "2999-01-01T00:00:00Z"}, 422, "lot.perish_by_too_late"),
        ({"harvested_on": "2020-02-30"}, 422, "invalid_fields"),
        ({"harvested_on": 1582000000}, 422, "invalid_fields"),
        ({"harvested_on": "2099-01-01"}, 422, "lot.harvest_ahead"),
        ({"harvested_on": "9999-12-31"}, 422, "invalid_fields"),
        ({"seller_id": "sel_01m8504b7ye8nbqetv75q9crjn"}, 422, "invalid_fields"),
    ],
)
def test_a_lot_that_cannot_be_is_refused(
    client: Client, db: Database, farmer: Somebody, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/v1/lots", json=lot_body(db, **changes), headers=farmer.headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert count(db) == 0


def test_an_operator_can_take_back_any_lot(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        operator = accounts.a_person(session, Role.OPERATOR)
        listing = catalog.a_listing(session, farmer.principal)
    path = f"/v1/lots/{encode('lot', listing.lot_id)}/recall"
    for _ in range(2):
        assert client.post(path, json={"reason": "residue"}, headers=operator.headers).status_code == 204
    assert client.get(f"/v1/listings/{encode('lst', listing.id)}").json()["state"] == "recalled"
    with db.transaction() as session:
        topics = session.exec(select(OutboxMessage.topic).where(OutboxMessage.topic == "lot.recalled")).all()
        assert len(topics) == 1


def test_a_lot_shrinks_no_further_than_what_is_sold(client: Client, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        listing = catalog.a_listing(session, farmer.principal)
        stock.reserve(session, {listing.lot_id: 2_500})
    path = f"/v1/lots/{encode('lot', listing.lot_id)}"
    refused = client.patch(path, json={"quantity": {"grams": 2_499}}, headers=farmer.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "lot.quantity_below_sold")
    assert client.patch(path, json={"quantity": {"grams": 2_500}}, headers=farmer.headers).status_code == 200
    with db.transaction() as session:
        assert listings.offers(session, [listing.id])[0].available_packs == 0
