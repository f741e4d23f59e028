"""Appeals filed and applications submitted, each person once, beside pgbench writing the same rows."""

import json
from uuid import UUID

from sqlalchemy import text

from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode
from agrimarket.onboarding.flows import appeals as flows
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.onboarding.service import applications
from tests.benchmarks import limits
from tests.benchmarks.bench import PROCESSES, Bench
from tests.factories import onboarding as make
from tests.factories.accounts import Somebody, a_person
from tests.factories.regions import load_tree
from tests.support.load import http_request

PEOPLE = 2_000
WARM = 200
"""Requests that are not counted: a process's first ones compile their statements, once on each connection."""
COPIES = 50_000
"""Rows that pgbench takes one after the other, more than it will need."""


def onboarding(bench: Bench) -> None:
    """Measure the two calls of onboarding's load; no code is requested, since everybody is signed in."""
    db = bench.system.db
    bench.console.print(f"{PEOPLE:,} people with a finished draft each …")
    with db.transaction() as session:
        load_tree(session)
        first, *people = [a_person(session) for _ in range(PEOPLE + 1)]
        application = make.draft(session, first.principal, make.farmer_answers()).application.id
    known = limits.all_ids(db)
    filing = limits.statements(db, lambda: _file(db, first))
    submitting = limits.statements(db, lambda: _submit(db, first, application))
    _reopen(db, application)
    drafts = _copy_draft(db, application, [one.person_id for one in people])
    _lay_out(db, application)
    bench.system.analyze()

    filed = bench.pgbench(
        "pgbench: the writes of an appeal",
        _next("person") + limits.writing_script(filing, known, {first.person_id: "person"}),
        mode="simple",
    )
    own = {first.person_id: "person", application: "application"}
    submitted = bench.pgbench(
        "pgbench: the writes of a submission",
        _next("person", "application") + limits.writing_script(submitting, known - {application}, own),
        mode="simple",
    )
    bench.note(filed)
    bench.note(submitted)
    body = json.dumps(make.appeal_body()).encode()
    appeals = [http_request("POST", "/v1/appeals", body, **one.headers) for one in people]
    submissions = [
        http_request("POST", f"/v1/applications/{encode('app', draft)}/submit", b"{}", **one.headers)
        for one, draft in zip(people, drafts, strict=True)
    ]
    with bench.system.serving(PROCESSES) as api:
        for name, sent, requests, limit in (
            ("appeal filed (signed in)", filing, appeals, filed),
            ("application submitted", submitting, submissions, submitted),
        ):
            count = sum(statement != "COMMIT" for statement in sent)
            bench.press(f"{name}, the first ones", requests[:WARM], api.process.pid, once=True)
            row = bench.press(f"{name} ({count} SQL)", requests[WARM:], api.process.pid, once=True)
            bench.note(row, None, limit)


def _file(db: Database, who: Somebody) -> None:
    data = AppealIn.model_validate(make.appeal_body())
    flows.file(db, Idempotency(), who.principal, data, "zh-Hans")


def _submit(db: Database, who: Somebody, application_id: UUID) -> None:
    with db.transaction() as session:
        applications.submit(session, who.principal, application_id)


def _reopen(db: Database, application_id: UUID) -> None:
    """Make the application a draft again, to be copied."""
    with db.transaction() as session:
        draft = "UPDATE application SET state = 'draft', submitted_at = NULL WHERE id = :id"
        session.connection().execute(text(draft), {"id": application_id})


def _copy_draft(db: Database, application_id: UUID, people: list[UUID]) -> list[UUID]:
    """Copy the draft for each of `people`, with its secret answers (sealed for the first)."""
    with db.transaction() as session:
        connection = session.connection()
        columns = connection.execute(_COLUMNS).scalars().all()
        named = ", ".join(columns)
        copies = text(f"""
            WITH whose AS (SELECT * FROM unnest(CAST(:people AS uuid[])) WITH ORDINALITY AS w (person_id, turn)),
            made AS (
                INSERT INTO application (id, person_id, {named})
                SELECT gen_random_uuid(), w.person_id, {", ".join(f"a.{column}" for column in columns)}
                FROM application AS a CROSS JOIN whose AS w WHERE a.id = :id
                RETURNING id, person_id
            ), sealed AS (
                INSERT INTO application_secret (application_id, field, step, sealed, lookup, masked)
                SELECT made.id, s.field, s.step, s.sealed, s.lookup, s.masked
                FROM application_secret AS s CROSS JOIN made WHERE s.application_id = :id
            )
            SELECT made.id FROM made JOIN whose USING (person_id) ORDER BY turn
        """)
        return list(connection.execute(copies, {"people": people, "id": application_id}).scalars())


def _lay_out(db: Database, application_id: UUID) -> None:
    """Insert more people with drafts, numbered, for scripts that take the next one each."""
    people = text("""
        INSERT INTO person (id, phone, language)
        SELECT gen_random_uuid(), '+86137' || lpad(n::text, 8, '0'), 'zh-Hans' FROM generate_series(1, :copies) AS n
        RETURNING id
    """)
    with db.transaction() as session:
        made = list(session.connection().execute(people, {"copies": COPIES}).scalars())
    drafts = _copy_draft(db, application_id, made)
    with db.transaction() as session:
        connection = session.connection()
        connection.execute(text("CREATE SEQUENCE bench_person_turn"))
        connection.execute(text("CREATE SEQUENCE bench_application_turn"))
        connection.execute(
            text("CREATE TABLE bench_draft (turn bigint PRIMARY KEY, person uuid NOT NULL, application uuid NOT NULL)")
        )
        rows = text("""
            INSERT INTO bench_draft SELECT n, p, a
            FROM unnest(CAST(:people AS uuid[]), CAST(:drafts AS uuid[])) WITH ORDINALITY AS w (p, a, n)
        """)
        connection.execute(rows, {"people": made, "drafts": drafts})


def _next(*columns: str) -> str:
    """Lines of a pgbench script that set variables to the next person, or the next person and their draft."""
    turn = f"(SELECT nextval('bench_{columns[-1]}_turn'))"
    return f"SELECT {', '.join(columns)} FROM bench_draft WHERE turn = {turn} \\gset\n"


_COLUMNS = text("""
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = 'application' AND column_name NOT IN ('id', 'person_id')
    ORDER BY ordinal_position
""")
