"""A rejection that somebody else reviews once more."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.errors import (
    SameReviewer,
)
from agrimarket.onboarding.service import applications, review
from tests.factories import onboarding as make


def test_a_rejection_is_looked_at_again_by_someone_else(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        first = make.submitted(session, farmer.principal, 3).application.id
        review.hold(session, reviewer.principal, first)
        review.reject(session, reviewer.principal, first, "照片看不清", None)
    path = f"/v1/applications/{ids.encode('app', first)}"
    assert client.get(path, headers=farmer.headers).json()["reason"] == "照片看不清"
    assert client.post(f"{path}/review-request", headers=make.sign_in(placed, 4).headers).status_code == 404
    again = [client.post(f"{path}/review-request", headers=farmer.headers).json() for _ in range(2)]
    assert again[0]["id"] == again[1]["id"]
    assert again[0]["previous_id"] == ids.encode("app", first)
    second = ids.decode("app", again[0]["id"])
    assert client.post(f"/v1/applications/{again[0]['id']}/submit", headers=farmer.headers).status_code == 200
    assert client.post(f"{path}/withdraw", headers=farmer.headers).status_code == 409
    with pytest.raises(SameReviewer), placed.transaction() as session:
        review.hold(session, reviewer.principal, second)
    other = make.sign_in(placed, 5, Role.OPERATOR).principal
    with placed.transaction() as session:
        review.hold(session, other, second)
        assert review.reveal(session, other, second, "id_number") == make.id_number_of(3)
        review.approve(session, other, second, None)


@pytest.mark.parametrize("state", ["draft", "submitted", "in_review", "approved", "withdrawn"])
def test_only_a_rejected_application_is_looked_at_again(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn, state: str
) -> None:
    with placed.transaction() as session:
        if state in ("draft", "withdrawn"):
            application = make.draft(session, farmer.principal, {}).application
        else:
            application = make.submitted(session, farmer.principal).application
        if state == "withdrawn":
            applications.withdraw(session, farmer.principal, application.id)
        if state in ("in_review", "approved"):
            review.hold(session, reviewer.principal, application.id)
        if state == "approved":
            review.approve(session, reviewer.principal, application.id, None)
        application_id = application.id
    before = _applications(placed)
    assert [row.state for row in before] == [state]
    refused = client.post(
        f"/v1/applications/{ids.encode('app', application_id)}/review-request", headers=farmer.headers
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "application.not_rejected")
    assert _applications(placed) == before


def test_who_sells_meanwhile_needs_no_second_review(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        rejected = make.submitted(session, farmer.principal).application.id
        review.hold(session, reviewer.principal, rejected)
        review.reject(session, reviewer.principal, rejected, "照片看不清", None)
        make.approved(session, farmer.principal, reviewer.principal)
    before = _applications(placed)
    refused = client.post(f"/v1/applications/{ids.encode('app', rejected)}/review-request", headers=farmer.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "application.already_seller")
    assert _applications(placed) == before


def _applications(db: Database) -> list[Any]:
    with db.reading() as session:
        return list(session.connection().execute(text("SELECT * FROM application ORDER BY id")))
