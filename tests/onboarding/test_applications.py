"""Drafts, secrets, versions, withdrawal."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.onboarding.forms import definitions, validation
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.service.answers import context
from agrimarket.onboarding.states import ApplicationKind
from tests.factories import onboarding as make
from tests.factories import regions


def _begin(client: TestClient[Litestar], who: make.SignedIn, kind: str = "farmer") -> dict:
    return client.post("/v1/applications", json={"kind": kind}, headers=who.headers).json()


def _save(client: TestClient[Litestar], who: make.SignedIn, application: dict, step: str, given: object):
    headers = {**who.headers, "If-Match": f'"{application["version"]}"'}
    return client.patch(f"/v1/applications/{application['id']}/steps/{step}", json=given, headers=headers)


def test_one_connection_begins_many(fresh_url: str) -> None:
    """A statement that is asked often is planned once for all parameters; `uq_application_open` must be found then."""
    db = Database(fresh_url, pool_size=1)
    for number in range(12):  # psycopg prepares the sixth, PostgreSQL plans the sixth after that for good
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


def test_what_is_secret_is_sealed_and_masked(client: TestClient[Litestar], farmer: make.SignedIn, db: Database) -> None:
    begun = _begin(client, farmer)
    saved = _save(client, farmer, begun, "identity", {"legal_name": "王秀英", "id_number": make.ID_NUMBER}).json()
    assert saved["steps"][0]["answers"] == {"legal_name": "王＊＊", "id_number": "••••002X"}
    with db.transaction() as session:
        answers = session.connection().execute(text("SELECT answers::text FROM application")).scalar_one()
        rows = session.connection().execute(text("SELECT field, sealed FROM application_secret")).all()
    assert "王秀英" not in answers
    assert make.ID_NUMBER not in answers
    application_id = ids.decode("app", begun["id"])
    for row in rows:
        plain = make.opened(bytes(row.sealed), context(row.field, application_id))
        assert plain in ("王秀英", make.ID_NUMBER)
    taken = _save(client, farmer, saved, "identity", {"id_number": None}).json()
    assert taken["steps"][0]["missing"] == ["id_number"]
    assert taken["steps"][0]["answers"] == {"legal_name": "王＊＊"}


def test_a_stale_version_changes_nothing(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    begun = _begin(client, farmer)
    assert _save(client, farmer, begun, "farm", {"farm_name": "王家"}).status_code == 200
    late = _save(client, farmer, begun, "farm", {"farm_name": "李家"})
    assert (late.status_code, late.json()["code"]) == (412, "version.stale")
    bare = client.patch(f"/v1/applications/{begun['id']}/steps/farm", json={"farm_name": "x"}, headers=farmer.headers)
    assert bare.status_code == 428
    now = client.get(f"/v1/applications/{begun['id']}", headers=farmer.headers).json()
    assert now["steps"][1]["answers"] == {"farm_name": "王家"}


@pytest.mark.parametrize(
    ("step", "given", "pointer", "code"),
    [
        ("identity", {"id_number": "110105194912310021"}, "/id_number", "cn_id_number"),
        ("identity", {"legal_name": "王"}, "/legal_name", "string_too_short"),
        ("identity", {"legal_name": "王\u202e秀"}, "/legal_name", "text_invisible"),
        ("identity", {"legal_name": 7}, "/legal_name", "string_type"),
        ("identity", {"seller_id": "x"}, "/seller_id", "extra_forbidden"),
        ("farm", {"region_code": "999999"}, "/region_code", "region_unknown"),
        ("farm", {"region_code": "1"}, "/region_code", "string_pattern_mismatch"),
        ("farm", {"land_mu": -1}, "/land_mu", "greater_than"),
        ("farm", {"land_mu": "ten"}, "/land_mu", "number_type"),
        ("produce", {"quantity": "0kg"}, "/quantity", "quantity_unreadable"),
        ("produce", {"spoils_on": "2020-02-30"}, "/spoils_on", "date_parsing"),
        ("produce", {"spoils_on": "2020-02-17"}, "/spoils_on", "date_past"),
        ("produce", {"right_to_sell": False}, "/right_to_sell", "must_agree"),
        ("produce", {"truck_access": "boat"}, "/truck_access", "choice_unknown"),
        ("needs", {"needs": ["money"]}, "/needs/0", "choice_unknown"),
        ("needs", {"needs": "packaging"}, "/needs", "list_type"),
        ("payout", {"account_number": "6222020000000000001"}, "/account_number", "bank_card"),
        ("documents", {"id_photo": "../../etc/passwd"}, "/id_photo", "id_malformed"),
    ],
)
def test_bad_answers_are_told_and_nothing_is_kept(
    client: TestClient[Litestar], farmer: make.SignedIn, step: str, given: dict, pointer: str, code: str
) -> None:
    begun = _begin(client, farmer)
    answer = _save(client, farmer, begun, step, given)
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert "{" not in answer.json()["errors"][0]["detail"]
    after = client.get(f"/v1/applications/{begun['id']}", headers=farmer.headers).json()
    assert (after["version"], [s["answers"] for s in after["steps"]]) == (1, [{}] * 6)


def test_bad_bodies_and_steps(client: TestClient[Litestar], farmer: make.SignedIn) -> None:
    begun = _begin(client, farmer)
    assert _save(client, farmer, begun, "identity", ["a"]).status_code == 422
    assert _save(client, farmer, begun, "nowhere", {}).status_code == 404
    assert client.post("/v1/applications", json={"kind": "bank"}, headers=farmer.headers).status_code == 422
    other = client.post("/v1/applications", json={"kind": "enterprise"}, headers=farmer.headers)
    assert (other.status_code, other.json()["code"]) == (409, "application.other_kind_open")
    assert client.post("/v1/applications", json={"kind": "farmer"}).status_code == 401


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


def test_manual_payout_needs_the_account(placed: Database, farmer: make.SignedIn) -> None:
    with pytest.raises(InvalidFields) as refused, placed.transaction() as session:
        make.submitted(session, farmer.principal, payout={"payout_method": "manual", "bank_name": "农业银行"})
    assert [pointer for pointer, *_ in refused.value.fields] == [
        "/steps/payout/account_holder",
        "/steps/payout/account_number",
    ]


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


def test_a_draft_keeps_the_version_it_began_with(
    client: TestClient[Litestar], farmer: make.SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = _begin(client, farmer)
    first = definitions.form("farmer", 1)
    steps = (
        definitions.Step("identity", ("legal_name", "id_number", "company_name"), (), {}, first.steps[0].definitions),
    )
    newer = {"farmer": {1: first, 2: definitions.Form("farmer", 2, steps + first.steps[1:])}}
    monkeypatch.setattr(definitions, "registry", lambda: newer)
    validation._validator.cache_clear()
    assert client.get("/v1/forms/farmer").json()["x-version"] == 2
    assert client.get("/v1/forms/farmer?version=1").json()["x-version"] == 1
    refused = _save(client, farmer, begun, "identity", {"company_name": "王家公司"})
    assert refused.json()["errors"][0]["code"] == "extra_forbidden"
    other = make.sign_in(client.app.dependencies["db"].dependency(), 5)
    fresh = _begin(client, other)
    assert (begun["form_version"], fresh["form_version"]) == (1, 2)
    assert _save(client, other, fresh, "identity", {"company_name": "王家公司"}).status_code == 200
    validation._validator.cache_clear()


@pytest.mark.parametrize("kind", ["farmer", "cooperative", "enterprise"])
def test_a_form_has_every_word_in_three_languages(client: TestClient[Litestar], kind: str) -> None:
    schema = client.get(f"/v1/forms/{kind}", headers={"Accept-Language": "en"}).json()
    assert schema["x-order"] == list(schema["properties"])
    assert len(schema["x-order"]) == 6
    for step in schema["properties"].values():
        assert set(step["x-labels"]) == {"zh-Hant", "zh-Hans", "en"}
        assert step["x-order"] == list(step["properties"])
        for name, field in step["properties"].items():
            words = [
                *field["x-labels"].values(),
                *(w for c in field.get("x-choices", []) for w in c["labels"].values()),
            ]
            assert not [word for word in words if word.startswith("form.")], name
    assert client.get("/v1/forms/bank").status_code == 404
    assert client.get(f"/v1/forms/{kind}?version=99").status_code == 404
