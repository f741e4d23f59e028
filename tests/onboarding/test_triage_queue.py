"""Order of the appeals desk: in SQL as in the rules, and the same on every page, whatever happens between two pages."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text

from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import new_id
from agrimarket.onboarding import rules
from agrimarket.onboarding.service import triage
from agrimarket.onboarding.states import WAITING, AppealState, CallOutcome
from tests.factories import onboarding as make
from tests.factories import triage as desk


def test_who_was_reached_goes_to_the_end_and_leaves_when_it_has_spoiled(
    placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    large = desk.file(placed, farmer, quantity="90t")
    small = desk.file(placed, make.sign_in(placed, 3), quantity="1t")
    desk.wait(placed, timedelta(hours=5))
    assert [waiting.id for waiting in desk.queue(placed)] == [large, small]
    desk.call(placed, reviewer, large, CallOutcome.REACHED)
    assert [waiting.id for waiting in desk.queue(placed)] == [small, large]
    desk.wait(placed, timedelta(hours=5))
    first, _ = desk.queue(placed)
    assert (first.id, first.call_outcome, first.late) == (large, "reached", False), "90 t without an application"
    desk.wait(placed, timedelta(days=3))
    assert [waiting.id for waiting in desk.queue(placed)] == [small], "a call that was promised is never dropped"


def test_pages_as_of_a_moment_show_everything_once_whatever_happens_between(
    client: TestClient[Litestar], placed: Database, reviewer: make.SignedIn
) -> None:
    for number, quantity in enumerate(["3t", None, "50t", "900kg", "7t", "20t"]):
        desk.file(placed, make.sign_in(placed, 20 + number), quantity=quantity)
    desk.wait(placed, timedelta(hours=2))
    whole = client.get("/v1/review/appeals", headers=reviewer.headers).json()["items"]
    assert [item["tonnes"] for item in whole] == [50, 20, 7, 3, 1, 0.9]
    assert [item["quantity"] for item in whole if item["tonnes"] == 1] == [None]
    for item in whole:
        shown = item["tonnes"] * item["hours_waited"] / item["days_left"]
        assert item["urgency"] == pytest.approx(rules.score(shown), abs=1)
    seen: list[str] = []
    path = "/v1/review/appeals?limit=2"
    while path:
        page = client.get(path, headers=reviewer.headers).json()
        seen += [item["id"] for item in page["items"]]
        desk.wait(placed, timedelta(hours=1))
        desk.call(placed, reviewer, ids.decode("apl", seen[0]), CallOutcome.REACHED)
        desk.file(placed, make.sign_in(placed, 40 + len(seen)), quantity="99t")
        path = f"/v1/review/appeals?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == [item["id"] for item in whole]
    naive = "WyIyMDIwLTAyLTE3VDA4OjAwOjAwIiwiMHgxcDAiLCIwMTljNjA0Yi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ"
    for cursor in ("abc", naive):
        refused = client.get(f"/v1/review/appeals?cursor={cursor}", headers=reviewer.headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "cursor.malformed")


NUMBERS = itertools.count(100_000)
HOURS = st.integers(-200, 200).map(lambda hours: timedelta(hours=hours))
PAST = st.integers(0, 200).map(lambda hours: timedelta(hours=hours))
APPEALS = st.lists(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(AppealState).filter(lambda state: state != AppealState.LINKED),
            "grams": st.none() | st.integers(1, 10**12),
            "spoils": HOURS,
            "answer": HOURS,
            "created": PAST,
            "called": st.none() | st.tuples(PAST, st.sampled_from(CallOutcome), st.none() | HOURS),
            "held": st.none() | HOURS,
        }
    ),
    max_size=12,
)
INSERT = text("""
    INSERT INTO appeal (id, person_id, name, region_code, product, product_key, grams, quantity_text, spoils_at,
        answer_by, truck_access, note, state, reports, created_at, joins_until, reviewer_id, held_until, called_at,
        call_outcome, call_again_at)
    VALUES (:id, :person, '', '210681', 'x', :key, :grams, '', :spoils_at, :answer_by, 'unknown', '', :state, 1,
        :created_at, :created_at, :person, :held_until, :called_at, :call_outcome, :call_again_at)
""")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=APPEALS, only_late=st.booleans())
def test_the_order_in_sql_is_the_rules(
    placed: Database, farmer: make.SignedIn, drawn: list[dict[str, Any]], only_late: bool
) -> None:
    with placed.transaction() as session:
        now = clock.read(session)
        session.connection().execute(text("DELETE FROM appeal"))
        rows = [_row(each, now, farmer.principal.person_id) for each in drawn]
        if rows:
            session.connection().execute(INSERT, rows)
        waiting = triage.queue(session, None, 200, only_late=only_late)
        counts = triage.counts(session, now)
    expected = [row for row in rows if _waits(row, now)]
    late = {row["id"] for row in expected if _late(row, now)}
    assert (counts.waiting, counts.late) == (len(expected), len(late))
    if only_late:
        expected = [row for row in expected if row["id"] in late]
    expected.sort(key=lambda row: (_urgency(row, now), row["id"]), reverse=True)
    assert [each.id for each in waiting] == [row["id"] for row in expected]
    assert {each.id for each in waiting if each.late} == late & {each.id for each in waiting}
    assert [each.urgency for each in waiting] == pytest.approx([_urgency(row, now) for row in expected])


def _row(drawn: dict[str, Any], now: datetime, person: UUID) -> dict[str, Any]:
    called, outcome, again = drawn["called"] or (None, None, None)
    return {
        "id": new_id(),
        "person": person,
        "key": str(next(NUMBERS)),
        "grams": drawn["grams"],
        "state": drawn["state"],
        "spoils_at": now + drawn["spoils"],
        "answer_by": now + drawn["answer"],
        "created_at": now - drawn["created"],
        "held_until": None if drawn["held"] is None else now + drawn["held"],
        "called_at": None if called is None else now - called,
        "call_outcome": outcome,
        "call_again_at": now + again if again is not None and outcome == CallOutcome.NOT_REACHED else None,
    }


def _waits(row: dict[str, Any], now: datetime) -> bool:
    """Whether a row waits in the desk's queue, decided in Python."""
    if row["state"] not in WAITING or (row["held_until"] or now) > now:
        return False
    if row["called_at"] is None:
        return True
    if row["call_again_at"] is not None:
        return row["call_again_at"] <= now
    return row["call_outcome"] == CallOutcome.REACHED and row["spoils_at"] > now


def _late(row: dict[str, Any], now: datetime) -> bool:
    return rules.late(row["answer_by"], row["called_at"], row["call_again_at"], now)


def _urgency(row: dict[str, Any], now: datetime) -> float:
    since = rules.waiting_since(row["created_at"], row["called_at"], row["call_outcome"])
    return rules.appeal_urgency(row["grams"], row["spoils_at"], since, now)
