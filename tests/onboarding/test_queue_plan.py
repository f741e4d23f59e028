"""A day like in February 2020: 2,000 applications wait among many drafts and many that are done."""

import time
from datetime import timedelta

from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.onboarding import queries, rules
from agrimarket.onboarding.service import review

PEOPLE = text("""
    INSERT INTO person (id, phone, display_name, language)
    SELECT gen_random_uuid(), '+86139' || lpad(i::text, 8, '0'), '', 'zh-Hans' FROM generate_series(1, 12000) AS i
""")
APPLICATIONS = text("""
    INSERT INTO application (id, person_id, kind, form_version, state, version, language, answers, region_code, product,
        grams, spoils_at, fence, reason, submitted_at)
    SELECT gen_random_uuid(), id, 'farmer', 1,
        CASE WHEN n <= 2000 THEN 'submitted' WHEN n <= 6000 THEN 'draft' ELSE 'rejected' END, 1, 'zh-Hans',
        '{}', '210681', '草莓', 1000 * (1 + n % 977 * 31), agrimarket_now() + n % 20 * interval '9 hours', 0, '',
        agrimarket_now() - n % 48 * interval '1 hour'
    FROM (SELECT id, row_number() OVER () AS n FROM person WHERE phone LIKE '+86139%') AS people
""")


def test_two_thousand_are_sorted_over_an_index(placed: Database) -> None:
    with placed.transaction() as session:
        connection = session.connection()
        connection.execute(PEOPLE)
        connection.execute(APPLICATIONS)
        connection.execute(text("ANALYZE application"))
        now = clock.read(session)
        values = {
            "as_of": now,
            "shortest": rules.SHORTEST_LEFT.total_seconds(),
            "urgency": None,
            "id": None,
            "limit": 50,
        }
        plan = "\n".join(connection.execute(text(f"EXPLAIN (ANALYZE) {queries.QUEUE.text}"), values).scalars())
        started = time.perf_counter()
        _, waiting = review.queue(session, now, None, 50)
        seconds = time.perf_counter() - started
    print(plan, f"{seconds * 1000:.1f} ms")
    assert "ix_application_queue" in plan, plan
    assert "Seq Scan on application" not in plan, plan
    expected = [rules.urgency(each.grams, each.spoils_at, each.submitted_at, now) for each in waiting]
    assert [round(each.urgency, 6) for each in waiting] == [round(each, 6) for each in expected]
    assert expected == sorted(expected, reverse=True)
    assert timedelta(seconds=seconds) < timedelta(seconds=2)
