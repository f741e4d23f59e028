"""Loads that are interrupted, handed on, or run against each other."""

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
from tests.factories import regions
from tests.factories.imports import csv_of, lines
from tests.factories.onboarding import SignedIn
from workers.handling import RUNNERS
from workers.inline import drain
from workers.subscriptions import SUBSCRIPTIONS

Client = TestClient[Litestar]


def row(db: Database, statement: str) -> Any:
    with db.reading() as session:
        return session.connection().execute(text(statement)).one()


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
    """Two workers load them in opposite order, each import twice at once: no deadlock, nobody doubled."""
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


def test_deliveries_that_were_stored_before_the_handler_moved_still_find_it() -> None:
    assert SUBSCRIPTIONS["import.loading"] == ["bulk.load"]
    assert "bulk.load" in RUNNERS
