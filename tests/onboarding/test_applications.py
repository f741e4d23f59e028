"""Applications: begun once, sent in once, withdrawn without a trace of the person."""

from concurrent.futures import ThreadPoolExecutor

from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.states import ApplicationKind
from tests.factories import onboarding as make
from tests.factories import regions


def _begin(client: TestClient[Litestar], who: make.SignedIn, kind: str = "farmer") -> dict:
    return client.post("/v1/applications", json={"kind": kind}, headers=who.headers).json()


def _save(client: TestClient[Litestar], who: make.SignedIn, application: dict, step: str, given: object):
    headers = {**who.headers, "If-Match": f'"{application["version"]}"'}
    return client.patch(f"/v1/applications/{application['id']}/steps/{step}", json=given, headers=headers)


def test_one_connection_begins_many(fresh_url: str) -> None:
    """A statement that is run often is planned once for all parameters; that plan must use `uq_application_open`."""
    db = Database(fresh_url, pool_size=1)
    for number in range(12):  # psycopg prepares the sixth; PostgreSQL keeps the plan of the sixth after that
        person = make.sign_in(db, number).principal
        with db.transaction() as session:
            begun = applications.begin(session, person, ApplicationKind.FARMER, None, "en")
            assert begun.application.person_id == person.person_id
    db.close()


def test_ten_begin_at_once_and_there_is_one(fresh_db: Database) -> None:
    with fresh_db.transaction() as session:
        regions.load_tree(session)
    person = make.sign_in(fresh_db, 3).principal

    def begin(_: int) -> object:
        with fresh_db.transaction() as session:
            found = applications.begin(session, person, ApplicationKind.FARMER, None, "en")
            return found.application.id

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(begin, range(10)))) == 1


def test_others_applications_are_not_there(client: TestClient[Litestar], farmer: make.SignedIn, db: Database) -> None:
    begun = _begin(client, farmer)
    other = make.sign_in(db, 4)
    assert client.get(f"/v1/applications/{begun['id']}", headers=other.headers).status_code == 404
    assert _save(client, other, begun, "farm", {"farm_name": "x"}).status_code == 404
    for act in ("submit", "withdraw"):
        assert client.post(f"/v1/applications/{begun['id']}/{act}", headers=other.headers).status_code == 404
    assert client.get("/v1/applications", headers=other.headers).json()["items"] == []
    assert client.get("/v1/review/applications", headers=farmer.headers).status_code == 403


def test_submitting_twice_is_once_and_then_it_is_closed(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database
) -> None:
    with db.transaction() as session:
        found = make.draft(session, farmer.principal, make.farmer_answers())
        application_id = ids.encode("app", found.application.id)
    sent = [client.post(f"/v1/applications/{application_id}/submit", headers=farmer.headers) for _ in range(10)]
    assert {(answer.status_code, answer.json()["state"]) for answer in sent} == {(200, "submitted")}
    with db.reading() as session:
        events = "SELECT count(*) FROM outbox_message WHERE topic = 'application.submitted'"
        assert session.connection().execute(text(events)).scalar_one() == 1
    late = _save(client, farmer, sent[-1].json(), "farm", {"farm_name": "李家"})
    assert (late.status_code, late.json()["code"]) == (409, "application.step_closed")


def test_withdrawal_erases_what_is_personal_and_keeps_the_audit(
    client: TestClient[Litestar], farmer: make.SignedIn, db: Database
) -> None:
    with db.transaction() as session:
        appeal = make.file_appeal(session, farmer.principal.person_id, note="家里老人病了").appeal
        answers = make.farmer_answers(needs={"needs_note": "孩子在家"})
        found = make.draft(session, farmer.principal, answers, appeal.id)
        application_id = found.application.id
        applications.submit(session, farmer.principal, application_id)
    path = f"/v1/applications/{ids.encode('app', application_id)}/withdraw"
    for _ in range(2):
        gone = client.post(path, headers=farmer.headers)
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    with db.reading() as session:
        tables = ("appeal", "application", "application_secret", "info_request")
        dump = "".join(
            str(session.connection().execute(text(f"SELECT to_jsonb(t) FROM {table} AS t")).scalars().all())
            for table in tables
        )
        kept = session.connection().execute(text("SELECT action FROM audit_entry")).scalars().all()
    for personal in ("王秀英", "家里老人", "孩子在家", "东港王家", make.id_number_of(0)):
        assert personal not in dump
    assert session.connection().execute(text("SELECT octet_length(name) FROM appeal")).scalar_one() == 0
    assert "application.withdrawn" in kept
    again = _begin(client, farmer)
    assert again["id"] != ids.encode("app", application_id)
