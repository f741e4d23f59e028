"""Numbers of statements of the two calls that make onboarding's load; sign-in included."""

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from tests.factories import onboarding as make
from tests.support.statements import statements


def test_how_many_statements_filing_and_submitting_take(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn
) -> None:
    with placed.transaction() as session:
        draft = ids.encode("app", make.draft(session, farmer.principal, make.farmer_answers()).application.id)
    counts: dict[str, int] = {}
    with statements() as seen:
        for name, path, body in (
            ("file", "/v1/appeals", make.appeal_body()),
            ("join", "/v1/appeals", make.appeal_body()),
            ("submit", f"/v1/applications/{draft}/submit", None),
            ("submit again", f"/v1/applications/{draft}/submit", None),
        ):
            answer = client.post(path, json=body, headers=farmer.headers)
            assert answer.is_success, answer.text
            counts[name] = len(seen)
            seen.clear()
    assert counts == {"file": 6, "join": 8, "submit": 9, "submit again": 5}
