"""Counties' opinions about appeals: no number to call stands in them."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.onboarding.models.opinions import AppealOpinion
from tests.factories import clearance as make
from tests.factories import onboarding
from tests.factories.accounts import a_person
from tests.factories.catalog import today
from tests.support.browser import Browser

Client = TestClient[Litestar]


@pytest.mark.parametrize("field", ["office", "product"])
def test_no_number_to_call_stands_on_the_list(
    client: Client, db: Database, operator_headers: dict[str, str], field: str
) -> None:
    with db.transaction() as session:
        appeal = encode("apl", onboarding.file_appeal(session, a_person(session).person_id).appeal.id)
        said = make.words(today(session), product="草莓", quantity="500斤")
    said[field] = "王大姐 138-0000 1111"
    refused = client.post(f"/v1/review/appeals/{appeal}/opinions", json=said, headers=operator_headers)
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"/{field}", "text_with_number")
    with db.transaction() as session:
        assert session.exec(select(AppealOpinion)).all() == []


@pytest.mark.parametrize(("typed", "kept"), [("3.5", 700), ("3.50元", 700), ("3.555", None), ("便宜", None)])
def test_the_price_of_a_jin_is_read_like_any_other_price(
    client: Client, db: Database, reviewer: onboarding.SignedIn, typed: str, kept: int | None
) -> None:
    with db.transaction() as session:
        appeal = encode("apl", onboarding.file_appeal(session, a_person(session).person_id).appeal.id)
        said = make.words(today(session), product="草莓", quantity="500")
    client.cookies.set("session", reviewer.token)
    desk = Browser(client, language="zh-Hans")
    desk.get(f"/review/appeals/{appeal}")
    fields = {**said, "verified": "yes", "quantity_unit": "jin", "price_per_kg": typed}
    page = desk.post(f"/review/appeals/{appeal}/opinion", **fields)
    with db.transaction() as session:
        prices = [row.price_per_kg for row in session.exec(select(AppealOpinion)).all()]
    assert (prices, 'href="#price_per_kg"' in page) == (([kept], False) if kept else ([], True))
    assert kept or f'value="{typed}"' in page
