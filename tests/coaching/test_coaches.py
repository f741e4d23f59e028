"""Coaches over HTTP."""

from sqlmodel import select

from agrimarket.accounts.service import audit
from agrimarket.coaching.models import Coach
from agrimarket.kernel import ids
from agrimarket.kernel.principal import Role
from tests.coaching.conftest import Scene
from tests.factories.accounts import a_person


def test_a_coach_that_is_nobody_or_nowhere_is_refused(scene: Scene) -> None:
    with scene.db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
    body = {
        "person_id": ids.encode("per", scene.farmer.person_id),
        "display_name": "黄老师",
        "skills": {"pricing": 2},
        "languages": ["zh-Hans"],
        "region_code": "210681",
    }
    assert scene.post(operator, "/coaches", body | {"person_id": ids.encode("per", ids.new_id())}).status_code == 404
    assert scene.post(operator, "/coaches", body | {"region_code": "999999"}).status_code in {404, 422}
    for capacity in (2, 3):
        assert scene.post(operator, "/coaches", body | {"capacity": capacity}).status_code == 204
    with scene.db.transaction() as session:
        assert session.exec(select(Coach.capacity).where(Coach.person_id == scene.farmer.person_id)).one() == 3
        told = audit.entries(session, subject=ids.encode("per", scene.farmer.person_id))
        assert [line.action for line in told if line.action == "coach.registered"] == ["coach.registered"] * 2
