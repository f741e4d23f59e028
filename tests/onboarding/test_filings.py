"""The member's word, and loads that are interrupted or run against each other."""

import threading
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.onboarding.flows import imports as flows
from agrimarket.onboarding.schemas.imports import ImportOut
from agrimarket.onboarding.service import imports, loading
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories import regions
from tests.factories.imports import FIRST, csv_of, lines, upload
from tests.factories.onboarding import SignedIn
from workers.inline import drain

Client = TestClient[Litestar]


def loaded(client: Client, db: Database, who: SignedIn, content: bytes) -> str:
    import_id = upload(client, who, content).json()["id"]
    client.post(f"/v1/imports/{import_id}/start", headers=who.headers)
    drain(db)
    return import_id


def row(db: Database, statement: str) -> Any:
    with db.reading() as session:
        return session.connection().execute(text(statement)).one()


def test_a_member_confirms_and_only_then_there_is_an_appeal(client: Client, placed: Database, coop: SignedIn) -> None:
    import_id = loaded(client, placed, coop, csv_of(lines(2, row_1={"quantity": "500斤", "note": "路通"})))
    assert row(placed, "SELECT count(*) FROM appeal") == (0,)
    assert row(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.received'") == (0,)
    member = make.sign_in(placed, FIRST + 1)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    assert (filing["state"], filing["filed_by"], filing["name"]) == ("waiting", "东港草莓合作社", "社员1")
    assert (filing["quantity"], filing["region"]) == ({"grams": 250_000}, "辽宁省丹东市东港市")
    answers = [client.post(f"/v1/filings/{filing['id']}/confirm", headers=member.headers) for _ in range(2)]
    assert [answer.json()["state"] for answer in answers] == ["confirmed", "confirmed"]
    appeal = client.get(f"/v1/appeals/{answers[0].json()['appeal_id']}", headers=member.headers).json()
    assert (appeal["product"], appeal["quantity"], appeal["quantity_text"]) == ("草莓", {"grams": 250_000}, "500斤")
    assert abs(_time(appeal["spoils_at"]) - _time(filing["spoils_at"])) < 86_400
    assert row(placed, "SELECT count(*), min(note) FROM appeal") == (1, "路通")
    assert row(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'appeal.received'") == (1,)
    assert client.get(f"/v1/appeals/{appeal['id']}", headers=coop.headers).status_code == 200
    told = client.get(f"/v1/imports/{import_id}", headers=coop.headers).json()["members"]
    assert told == {"waiting": 1, "confirmed": 1, "declined": 0}
    refused = client.post(f"/v1/filings/{filing['id']}/decline", headers=member.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "state.illegal_transition")


def _time(text_: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text_).timestamp()


def test_a_member_who_appealed_already_keeps_that_appeal_to_themselves(
    client: Client, placed: Database, coop: SignedIn
) -> None:
    member = make.sign_in(placed, FIRST + 1)
    with placed.transaction() as session:
        own = make.file_appeal(session, member.principal.person_id).appeal.id
    loaded(client, placed, coop, csv_of(lines(1)))
    assert row(placed, "SELECT reports, filed_by FROM appeal") == (1, None)
    (filing,) = client.get("/v1/filings", headers=member.headers).json()["items"]
    confirmed = client.post(f"/v1/filings/{filing['id']}/confirm", headers=member.headers).json()
    assert confirmed["appeal_id"] == ids.encode("apl", own)
    assert row(placed, "SELECT count(*), max(reports), bool_and(filed_by IS NULL) FROM appeal") == (1, 2, True)


def test_a_member_declines_and_what_was_said_is_erased(client: Client, placed: Database, coop: SignedIn) -> None:
    loaded(client, placed, coop, csv_of(lines(1, row_1={"note": "路通"})))
    member = make.sign_in(placed, FIRST + 1)
    filing = client.get("/v1/filings", headers=member.headers).json()["items"][0]["id"]
    for _ in range(2):
        out = client.post(f"/v1/filings/{filing}/decline", headers=member.headers).json()
        assert (out["state"], out["name"], out["note"]) == ("declined", "", "")
    again = loaded(client, placed, coop, csv_of(lines(1, row_1={"note": "再报"})))
    counts = client.get(f"/v1/imports/{again}", headers=coop.headers).json()["counts"]
    assert (counts["known"], counts["updated"]) == (1, 0)
    assert row(placed, "SELECT state, note, octet_length(name) FROM member_filing") == ("declined", "", 0)
    assert row(placed, "SELECT count(*) FROM appeal") == (0,)


def _checked(db: Database, who: SignedIn, content: bytes) -> ImportOut:
    out = flows.check_file(db, Idempotency(), who.principal, content, "a.csv", None, "zh-Hans")
    with db.transaction() as session:
        imports.start(session, who.principal, out.id)
    return out


def test_a_crash_in_the_middle_goes_on_with_the_next_row(
    placed: Database, coop: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    _checked(placed, coop, csv_of(lines(450)))
    calls: list[str] = []

    def crash(_: str) -> None:
        calls.append("batch")
        if len(calls) == 1:
            raise RuntimeError("killed after the first batch")

    monkeypatch.setattr(flows, "failpoint", crash)
    drain(placed)
    assert row(placed, "SELECT state, loaded FROM member_import") == ("loading", 200)
    assert row(placed, "SELECT count(*), max(number) FROM import_row WHERE state = 'loaded'") == (200, 201)
    with placed.transaction() as session:
        session.connection().execute(text("UPDATE delivery SET due_at = agrimarket_now() WHERE state = 'pending'"))
    drain(placed)
    assert row(placed, "SELECT state, loaded, failed FROM member_import") == ("loaded", 450, 0)
    assert row(placed, "SELECT count(*), count(DISTINCT person_id) FROM member_filing") == (450, 450)
    assert row(placed, "SELECT count(*) FROM delivery WHERE state <> 'handled'") == (0,)


def test_a_crash_within_a_batch_leaves_none_of_it(
    placed: Database, coop: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _checked(placed, coop, csv_of(lines(30)))

    def crash(*_: Any) -> None:
        raise RuntimeError("killed before the commit")

    people = row(placed, "SELECT count(*) FROM person")
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(loading, "_settle", crash)
        flows.load(placed, out.id)
    assert row(placed, "SELECT count(*) FROM member_filing") == (0,)
    assert row(placed, "SELECT count(*) FROM person") == people
    assert row(placed, "SELECT count(*) FROM import_row WHERE state = 'ready'") == (30,)
    flows.load(placed, out.id)
    assert row(placed, "SELECT state, loaded FROM member_import") == ("loaded", 30)


def test_a_long_list_is_handed_on_from_delivery_to_delivery(
    placed: Database, coop: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agrimarket.onboarding.service.loading.BATCHES", 1)
    _checked(placed, coop, csv_of(lines(420)))
    drain(placed)
    assert row(placed, "SELECT state, loaded FROM member_import") == ("loaded", 420)
    assert row(placed, "SELECT count(*) FROM outbox_message WHERE topic = 'import.loading'") == (3,)


def test_a_row_that_the_database_refuses_fails_alone(placed: Database, client: Client, coop: SignedIn) -> None:
    out = _checked(placed, coop, csv_of(lines(9)))
    with placed.transaction() as session:
        session.connection().execute(
            text(
                "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "IF (SELECT phone FROM person WHERE id = NEW.person_id) = '+8613820000005' "
                "THEN RAISE check_violation; END IF; RETURN NEW; END $$"
            )
        )
        session.connection().execute(
            text("CREATE TRIGGER refuse_one BEFORE INSERT ON member_filing FOR EACH ROW EXECUTE FUNCTION refuse_one()")
        )
    flows.load(placed, out.id)
    assert row(placed, "SELECT state, loaded, failed FROM member_import") == ("loaded", 8, 1)
    path = f"/v1/imports/{ids.encode('imp', out.id)}/rows?state=failed"
    (failed,) = client.get(path, headers=coop.headers).json()["items"]
    assert (failed["number"], failed["error"]["code"]) == (6, "bulk_failed")
    assert row(placed, "SELECT count(*) FROM person WHERE phone = '+8613820000005'") == (0,)


def test_two_files_of_the_same_members_at_once(fresh_db: Database) -> None:
    """In opposite order, by two workers, each import twice at once: no deadlock, nobody doubled."""
    with fresh_db.transaction() as session:
        regions.load_tree(session)
    coop = member_files.cooperative(fresh_db)
    files = [csv_of(lines(300)), csv_of(reversed(lines(300)))]
    imports = [_checked(fresh_db, coop, content).id for content in files]
    failures: list[BaseException] = []

    def work(import_id: Any) -> None:
        try:
            flows.load(fresh_db, import_id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (*imports, *imports)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert row(fresh_db, "SELECT count(*), count(DISTINCT person_id) FROM member_filing") == (300, 300)
    assert row(fresh_db, "SELECT sum(loaded), sum(known), sum(failed) FROM member_import") == (300, 300, 0)
    assert row(fresh_db, "SELECT count(*) FROM member_import WHERE state = 'loaded'") == (2,)
