"""A member of staff sets password and authenticator by a link that only they get, once, in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.accounts.errors import InvitationOver
from agrimarket.accounts.events import StaffInvited
from agrimarket.accounts.flows import invitations as flows
from agrimarket.accounts.service import api_keys, invitations, staff
from agrimarket.integrations.email import FakeEmail
from agrimarket.integrations.sms import FakeSms
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.notifications.flows import sending
from agrimarket.notifications.flows.sending import Senders
from tests.factories.accounts import somebody
from tests.factories.staff import PASSWORD, accept, app_of, link_of, token_of
from tests.support.page import submit
from tests.support.rows import audited, count, later, values

Client = TestClient[Litestar]
NEW = {"email": "new@example.org", "display_name": "New", "language": "en", "roles": ["operator"]}


def test_only_the_new_member_gets_the_link(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    made = client.post("/v1/staff", json=NEW, headers=operator.headers)
    assert (made.status_code, set(made.json()), made.json()["sent_to"]) == (
        201,
        {"person_id", "sent_to"},
        "new@example.org",
    )
    person_id = ids.parse("per", made.json()["person_id"])
    link = link_of(db, person_id)
    client.cookies.set("session", operator.token)
    page = submit(client, "/desk/staff", email="two@example.org", display_name="Two", language="en", roles="coach")
    second = link_of(db, next(iter(set(values(db, "SELECT person_id FROM staff_invitation")) - {person_id})))
    for told in (made.text, page.text, client.get("/v1/audit", headers=operator.headers).text):
        for secret in (token_of(link), token_of(second), app_of(db, link).secret, app_of(db, second).secret):
            assert secret not in told
    assert "two@example.org" in page.text
    mail = FakeEmail()
    with db.reading() as session:
        invited = session.connection().execute(text("SELECT id, person_id FROM staff_invitation")).all()
    for each in invited:
        event = StaffInvited(invitation_id=each.id, person_id=each.person_id)
        sending.send_invitation(db, Senders(FakeSms(), mail), event)
    assert sorted((to, token_of(link) in body, token_of(second) in body) for to, _, body, _ in mail.sent) == [
        ("new@example.org", True, False),
        ("two@example.org", False, True),
    ]
    told = values(db, "SELECT params::text || coalesce(last_error, '') FROM notification")
    assert not any(token_of(link) in each for each in told)


def test_the_link_sets_both_once_and_signs_in(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    made = client.post("/v1/staff", json=NEW, headers=operator.headers).json()
    link = link_of(db, ids.parse("per", made["person_id"]))
    path = link[link.index(invitations.PATH) :]
    for _ in range(2):  # whoever looks at it, such as a mailbox's scanner, uses nothing up
        shown = client.get(path, headers={"accept": "text/html"})
        assert (shown.status_code, "no-store" in shown.headers["cache-control"]) == (200, True)
    app = app_of(db, link)
    guessed = (" " * 12, "a" * 40, "Password-1234", "123456789012", "qwertyuiopas", NEW["email"].upper())
    wrong = [(password, app.now(), "password") for password in ("short", *guessed)]
    for password, totp, field in (*wrong, (PASSWORD, "000000", "totp")):
        refused = submit(client, invitations.PATH, token=token_of(link), password=password, totp=totp)
        assert (refused.status_code, f'id="{field}-error"' in refused.text) == (422, True)
        assert f'value="{password}"' not in refused.text
    assert count(db, "staff_credential") == 0
    accept(client, db, link)
    assert client.get("/desk", headers={"accept": "text/html"}).status_code == 200
    assert len(audited(db, "staff.invitation_accepted")) == 1
    again = submit(client, invitations.PATH, token=token_of(link), password=PASSWORD, totp=app.now())
    assert again.status_code == 404
    body = {"email": NEW["email"], "password": PASSWORD, "totp": app.now()}
    assert client.post("/v1/auth/sessions", json=body).status_code == 401  # the code that set it works no more
    assert client.get(path, headers={"accept": "text/html"}).status_code == 404


def test_a_link_ends_and_is_replaced_and_withdrawn(client: Client, db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    made = client.post("/v1/staff", json=NEW, headers=operator.headers).json()
    person_id = ids.parse("per", made["person_id"])
    first = link_of(db, person_id)
    assert client.post(f"/v1/staff/{made['person_id']}/reset", headers=operator.headers).status_code == 200
    second = link_of(db, person_id)
    with db.reading() as session, pytest.raises(InvitationOver):
        invitations.read(session, token_of(first))
    later(db, timedelta(hours=49))
    with db.reading() as session, pytest.raises(InvitationOver):
        invitations.read(session, token_of(second))
    with db.transaction() as session:
        staff.reset(session, operator.principal, person_id)
    third = link_of(db, person_id)
    with db.transaction() as session:
        staff.disable(session, operator.principal, person_id, "changed our mind")
    with pytest.raises(InvitationOver):
        flows.accept(db, token_of(third), PASSWORD, "000000")
    assert count(db, "staff_credential") == count(db, "staff_invitation") == 0


def test_one_link_at_once_is_used_once(fresh_client: Client, fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        person_id = staff.enrol(session, "a@b.cn", "A", "en", [Role.COACH]).person_id
    link = link_of(fresh_db, person_id)
    code = app_of(fresh_db, link).now()

    def use(_: int) -> bool:
        try:
            flows.accept(fresh_db, token_of(link), PASSWORD, code)
        except InvitationOver:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]
    assert count(fresh_db, "sign_in_session") == 1


def test_a_reset_ends_password_sign_ins_and_keys_before_the_link_is_used(client: Client, db: Database) -> None:
    operator, other = somebody(db, Role.OPERATOR), somebody(db, Role.OPERATOR)
    made = client.post("/v1/staff", json=NEW, headers=operator.headers).json()
    person_id = ids.parse("per", made["person_id"])
    accept(client, db, link_of(db, person_id))
    theirs = {"authorization": f"Bearer {client.cookies['session']}"}
    key = client.post("/v1/api-keys", json={"name": "k", "scopes": ["profile:read"]}, headers=theirs).json()["key"]
    assert client.post(f"/v1/staff/{made['person_id']}/reset", headers=other.headers).status_code == 200
    for token in (theirs, {"authorization": f"Bearer {key}"}):
        assert client.get("/v1/me", headers=token).status_code == 401
    with db.reading() as session:
        assert [each.revoked_at is None for each in api_keys.of_person(session, person_id)] == [False]
    link = link_of(db, person_id)
    app = accept(client, db, link, "another long password")
    assert app.secret not in values(db, "SELECT encode(totp_sealed, 'escape') FROM staff_credential")


def test_the_first_operator_of_the_command_line_gets_the_link_and_nobody_after(db: Database) -> None:
    with db.transaction() as session:
        first = staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR])
        again = staff.reset(session, None, first.person_id)
    assert first.link is not None
    assert again.link is not None  # nobody has used the first
    code = app_of(db, again.link).now()
    flows.accept(db, token_of(again.link), PASSWORD, code)
    with db.transaction() as session:
        assert staff.enrol(session, "c@d.cn", "C", "en", [Role.OPERATOR]).link is None
        assert staff.reset(session, None, first.person_id).link is None


def test_an_operator_never_gets_a_link_even_where_nobody_has_signed_in(db: Database) -> None:
    operator = somebody(db, Role.OPERATOR)
    with db.transaction() as session:
        assert staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR], by=operator.principal).link is None


def test_the_event_carries_no_secret(db: Database) -> None:
    with db.transaction() as session:
        made = staff.enrol(session, "a@b.cn", "A", "en", [Role.OPERATOR])
    assert made.link is not None
    (payload,) = values(db, f"SELECT payload::text FROM outbox_message WHERE topic = '{StaffInvited.topic}'")
    assert token_of(made.link) not in payload
