"""A day as in February 2020: 2,000 applications and 2,000 appeals wait, among many that are done."""

import statistics

from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.onboarding import rules
from agrimarket.onboarding.queries import review as review_queries
from agrimarket.onboarding.queries import triage as triage_queries
from agrimarket.onboarding.service import review, triage
from tests.support import crowds

APPLICATIONS = text("""
    INSERT INTO application (id, person_id, kind, form_version, state, version, language, answers, region_code, product,
        grams, spoils_at, fence, reason, submitted_at)
    SELECT gen_random_uuid(), id, 'farmer', 1,
        CASE WHEN n <= 2000 THEN 'submitted' WHEN n <= 6000 THEN 'draft' ELSE 'rejected' END, 1, 'zh-Hans',
        '{}', '210681', '草莓', 1000 * (1 + n % 977 * 31), agrimarket_now() + n % 20 * interval '9 hours', 0, '',
        agrimarket_now() - n % 48 * interval '1 hour'
    FROM (SELECT id, row_number() OVER () AS n FROM person WHERE phone LIKE :phones) AS people
""")
APPEALS = text("""
    INSERT INTO appeal (id, person_id, name, region_code, product, product_key, grams, quantity_text, spoils_at,
        answer_by, truck_access, note, state, reports, created_at, joins_until, called_at, call_outcome)
    SELECT gen_random_uuid(), id, '', '210681', '草莓', '草莓',
        CASE WHEN n % 7 > 0 THEN 1000 * (1 + n % 977 * 31) END, '',
        agrimarket_now() + (1 + n % 20) * interval '9 hours',
        agrimarket_now() + (n % 30 - 5) * interval '1 hour', 'unknown', '',
        CASE WHEN round > 1 OR n > 2000 THEN 'closed' WHEN n % 10 = 0 THEN 'triaged' ELSE 'received' END, 1,
        agrimarket_now() - n % 24 * interval '1 hour', agrimarket_now() + interval '7 days',
        CASE WHEN n % 10 = 0 THEN agrimarket_now() - interval '20 minutes' END,
        CASE WHEN n % 10 = 0 THEN 'reached' END
    FROM (SELECT id, row_number() OVER () AS n FROM person WHERE phone LIKE :phones) AS people,
        generate_series(1, 4) AS round
""")


def test_two_thousand_applications_are_sorted_over_an_index(placed: Database) -> None:
    with placed.transaction() as session:
        crowds.people(session)
        session.connection().execute(APPLICATIONS, {"phones": crowds.PHONES})
        session.connection().execute(text("ANALYZE application"))
        now = clock.read(session)
        shortest = rules.SHORTEST_LEFT.total_seconds()
        values = {"as_of": now, "shortest": shortest, "urgency": None, "id": None, "limit": 50}
        plan = crowds.plan(session, review_queries.QUEUE, values)
        waiting, took = crowds.timed(lambda: review.queue(session, None, 50))
    print(plan, f"{took:.1f} ms")
    assert "ix_application_queue" in plan, plan
    assert "Seq Scan on application" not in plan, plan
    expected = [rules.urgency(each.grams, each.spoils_at, each.submitted_at, now) for each in waiting]
    assert [round(each.urgency, 6) for each in waiting] == [round(each, 6) for each in expected]
    assert expected == sorted(expected, reverse=True)


def test_two_thousand_appeals_are_sorted_over_an_index(placed: Database) -> None:
    """The 2,000 that wait are among 48,000; the real day had 1,926 notices."""
    with placed.transaction() as session:
        crowds.people(session)
        session.connection().execute(APPEALS, {"phones": crowds.PHONES})
        session.connection().execute(text("ANALYZE appeal"))
        now = clock.read(session)
        values = {"as_of": now, "shortest": rules.SHORTEST_LEFT.total_seconds(), "assumed": rules.ASSUMED_GRAMS}
        first = values | {"only_late": False, "urgency": None, "id": None, "limit": 50}
        plans = [
            crowds.plan(session, triage_queries.QUEUE, first),
            crowds.plan(session, triage_queries.QUEUE, first | {"only_late": True}),
            crowds.plan(session, triage_queries.COUNTS, {"as_of": now}),
        ]
        runs = [crowds.timed(lambda: triage.queue(session, None, 50)) for _ in range(20)]
        counts, counting = crowds.timed(lambda: triage.counts(session, now))
    waiting = runs[0][0]
    took = sorted(ms for _, ms in runs)
    print(plans[0], f"median {statistics.median(took):.1f} ms, slowest {took[-1]:.1f} ms, counts {counting:.1f} ms")
    for plan in plans:
        assert "ix_appeal_queue" in plan, plan
        assert "Seq Scan on appeal" not in plan, plan
    assert (counts.waiting, len(waiting)) == (2_000, 50)
    assert 0 < counts.late < 2_000
    expected = [rules.appeal_urgency(each.grams, each.spoils_at, each.since, now) for each in waiting]
    assert [round(each.urgency, 6) for each in waiting] == [round(each, 6) for each in expected]
    assert expected == sorted(expected, reverse=True)
