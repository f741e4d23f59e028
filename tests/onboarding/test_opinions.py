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
