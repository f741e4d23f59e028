"""A case, its coach and another coach, over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from tests.factories import regions
from tests.factories.accounts import Somebody, a_person
from tests.factories.coaching import a_case, a_coach
from workers.inline import drain


class Scene:
    """A farmer's case, its coach, and another coach who does not fit as well."""

    def __init__(self, db: Database, client: TestClient[Litestar]) -> None:
        self.db, self.client = db, client
        with db.transaction() as session:
            regions.load_tree(session)
            self.coach = a_coach(session, name="林老师")
            self.other = a_coach(session, name="陈老师", skills={"packaging": 1})
            self.farmer = a_person(session)
            self.case_id = ids.encode("cas", a_case(session, self.farmer.person_id).id)
        drain(db)

    def post(self, who: Somebody, path: str, body: Any = None) -> Any:
        return self.client.post(f"/v1/coaching{path}", json=body, headers=who.headers)

    def get(self, who: Somebody, path: str) -> Any:
        return self.client.get(f"/v1/coaching{path}", headers=who.headers)

    def lease(self) -> dict[str, Any]:
        answer = self.post(self.coach, "/tasks/claim")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def scene(db: Database, client: TestClient[Litestar]) -> Iterator[Scene]:
    yield Scene(db, client)
