"""The staff's home lists the desks that somebody may use, with how many wait and for how long."""

from datetime import timedelta

import pyotp
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.accounts.service import staff
from agrimarket.coaching.service import matching
from agrimarket.desks.service import home
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories import onboarding as make
from tests.factories.accounts import a_person, somebody
from tests.factories.coaching import a_case, a_coach
from tests.factories.deliveries import a_dead_letter
from tests.support.page import submit
from tests.support.rows import later

Client = TestClient[Litestar]
HTML = {"accept": "text/html", "accept-language": "en"}


def test_each_desk_tells_how_many_wait(client: Client, db: Database) -> None:
    with db.transaction() as session:
        operator = a_person(session, Role.OPERATOR)
        for _ in range(2):
            make.file_appeal(session, a_person(session).person_id)
        make.submitted(session, a_person(session).principal, 11)
        a_dead_letter(session)
    with db.reading() as session:
        counts = {desk.name: desk.waiting.count for desk in home.desks_of(session, operator.principal) if desk.waiting}
    assert counts == {
        "appeals": 2,
        "applications": 1,
        "orders": 0,
        "claims": 0,
        "listings": 0,
        "cases": 0,
        "banks": 0,
        "payouts": 0,
        "dead_letters": 1,
        "rumours": 0,
        "names": 0,
        "by_hand": 0,
    }
    later(db, timedelta(minutes=50))
    client.cookies.set("session", operator.token)
    shown = client.get("/desk", headers=HTML).text
    assert "2 waiting" in shown
    assert "The oldest has waited for 50 min" in shown
    assert 'href="/desk/staff"' in shown


def test_a_coach_sees_their_own_desk_only(client: Client, db: Database) -> None:
    with db.transaction() as session:
        coach = a_coach(session, capacity=1)
        matching.match(session, a_case(session, a_person(session).person_id).id)
    client.cookies.set("session", coach.token)
    shown = client.get("/desk", headers=HTML).text
    assert 'href="/coach"' in shown
    assert "1 waiting" in shown
    assert "/desk/staff" not in shown


def test_it_is_for_staff(client: Client, db: Database) -> None:
    assert client.get("/desk", headers={"accept": "application/json"}).status_code == 401
    client.cookies.set("session", somebody(db, Role.SELLER).token)
    assert client.get("/desk", headers=HTML).status_code == 403


def test_staff_land_there_unless_they_were_elsewhere(client: Client, db: Database) -> None:
    for email, role, following, landed in (
        ("a@b.cn", Role.OPERATOR, "/", "/desk"),
        ("b@b.cn", Role.OPERATOR, "/review/appeals", "/review/appeals"),
        ("c@b.cn", Role.COACH, "/", "/coach"),
    ):
        secret = pyotp.random_base32()
        with db.transaction() as session:
            staff.enrol(session, email, "A", "en", [role], password="correct horse", totp_secret=secret)
        typed = {"email": email, "password": "correct horse", "totp": pyotp.TOTP(secret).now(), "next": following}
        answer = submit(client, "/sign-in/staff", **typed)
        assert (answer.status_code, answer.headers["location"]) == (303, landed)
