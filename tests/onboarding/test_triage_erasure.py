"""Erasure of calls: what is erased, what stays, and what nobody can change."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.onboarding.errors import AppealOver
from agrimarket.onboarding.service import applications, triage
from agrimarket.onboarding.states import CallOutcome
from tests.factories import onboarding as make
from tests.factories import triage as desk


def test_withdrawal_erases_what_was_written_about_calls(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer, note="家里老人病了")
    desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED, "儿子接的")
    desk.call(placed, reviewer, appeal_id, CallOutcome.REACHED, "住在王家村三号")
    kept = desk.file(placed, make.sign_in(placed, 3), product="蓝莓")
    desk.call(placed, reviewer, kept, CallOutcome.REACHED, "别人家的")
    with placed.transaction() as session:
        found = make.draft(session, farmer.principal, {}, appeal_id)
        applications.withdraw(session, farmer.principal, found.application.id)
    rows = desk.rows(placed, "SELECT outcome, note FROM appeal_call ORDER BY id")
    assert rows == [("not_reached", ""), ("reached", ""), ("reached", "别人家的")]
    subject = ids.encode("apl", appeal_id)
    audit = desk.rows(placed, "SELECT details FROM audit_entry WHERE subject = :subject ORDER BY id", subject=subject)
    assert [row.details for row in audit] == [{"outcome": "not_reached"}, {"outcome": "reached"}]
    shown = client.get(f"/v1/review/appeals/{subject}", headers=reviewer.headers).json()
    assert (shown["name"], shown["note"], [call["note"] for call in shown["calls"]]) == ("", "", ["", ""])


def test_closing_erases_and_an_operator_on_the_phone_is_told(
    client: TestClient[Litestar], placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn
) -> None:
    appeal_id = desk.file(placed, farmer, note="家里老人病了")
    desk.call(placed, reviewer, appeal_id, CallOutcome.NOT_REACHED, "儿子接的")
    fence = desk.hold(placed, reviewer, appeal_id)
    for _ in range(2):
        closed = client.post(f"/v1/appeals/{ids.encode('apl', appeal_id)}/close", headers=farmer.headers).json()
        assert (closed["state"], closed["next"]["by"]) == ("closed", None)
    assert desk.rows(placed, "SELECT octet_length(name), note FROM appeal") == [(0, "")]
    for act in (
        lambda: desk.record(placed, reviewer, appeal_id, fence, CallOutcome.REACHED, "住在王家村三号"),
        lambda: desk.hold(placed, reviewer, appeal_id),
    ):
        with pytest.raises(AppealOver):
            act()
    with pytest.raises(AppealOver), placed.transaction() as session:
        triage.reveal(session, reviewer.principal, appeal_id)
    assert desk.rows(placed, "SELECT outcome, note FROM appeal_call") == [("not_reached", "")]
    assert desk.rows(placed, "SELECT action FROM audit_entry WHERE action LIKE 'appeal.%'") == [("appeal.called",)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE appeal_call SET outcome = 'not_reached'",
        "UPDATE appeal_call SET note = 'another'",
        "UPDATE appeal_call SET note = '', at = at - interval '1 day'",
        "DELETE FROM appeal_call",
        "TRUNCATE appeal_call",
    ],
)
def test_a_call_that_was_made_stays_as_it_was(
    placed: Database, farmer: make.SignedIn, reviewer: make.SignedIn, change: str
) -> None:
    desk.call(placed, reviewer, desk.file(placed, farmer), CallOutcome.REACHED, "as it was")
    with pytest.raises(ProgrammingError, match="append-only"), placed.transaction() as session:
        session.connection().execute(text(change))
    assert desk.rows(placed, "SELECT outcome, note FROM appeal_call") == [("reached", "as it was")]
