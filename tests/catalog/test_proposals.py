"""What coaches propose, as the seller lists and answers it over HTTP."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.service import proposals
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.resources import reference
from tests.factories.accounts import a_seller
from tests.factories.catalog import a_draft, a_listing, a_lot
from tests.factories.coaching import a_coach

Client = TestClient[Litestar]


def test_listed_for_the_seller_and_answered_once(client: Client, db: Database) -> None:
    with db.transaction() as session:
        seller, rival, coach = a_seller(session), a_seller(session), a_coach(session)
        listing = a_listing(session, seller.principal)
        first = proposals.add(session, coach.person_id, listing.seller_id, listing.id, {"price": 5_800}, "太貴")
        made = proposals.add(session, coach.person_id, listing.seller_id, listing.id, {"price": 6_000}, "太貴")
    listed = client.get("/v1/listing-proposals", headers=seller.headers).json()["items"]
    assert [(each["id"], each["state"]) for each in listed] == [
        (reference("proposal", made.id), "open"),
        (reference("proposal", first.id), "replaced"),
    ]
    assert (listed[0]["before"]["price"], listed[0]["changes"]["price"]) == (6_800, 6_000)
    assert client.get("/v1/listing-proposals", headers=rival.headers).json()["items"] == []
    path = f"/v1/listing-proposals/{listed[0]['id']}"
    assert client.post(f"{path}/accept", headers=rival.headers).status_code == 404
    assert client.post(f"{path}/accept", headers=seller.headers).json()["price"]["amount"] == 6_000
    assert client.post(f"{path}/decline", headers=seller.headers).status_code == 409


def test_a_draft_is_its_sellers_own(db: Database) -> None:
    with db.transaction() as session:
        seller, coach = a_seller(session), a_coach(session)
        draft = a_draft(session, seller.principal, a_lot(session, seller.principal).id)
        with pytest.raises(NotFound):
            proposals.add(session, coach.person_id, draft.seller_id, draft.id, {"price": 5_800}, "太貴")
        assert proposals.page(session, seller.principal, None, 10) == []
