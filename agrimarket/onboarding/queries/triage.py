"""SELECTs and writes of the triage desk."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlmodel import Session, col

from agrimarket.onboarding.models.appeals import Appeal, AppealCall
from agrimarket.onboarding.queries.queues import urgency
from agrimarket.onboarding.states import WAITING

_SINCE = "CASE WHEN a.call_outcome = 'reached' THEN a.called_at ELSE a.created_at END"
"""`rules.waiting_since` in SQL."""
_LATE = "(a.called_at IS NULL OR a.call_again_at IS NOT NULL) AND a.answer_by <= :as_of"
"""`rules.late` in SQL."""
WAITS = """
    a.state IN ('received', 'triaged') AND a.created_at <= :as_of AND (a.held_until IS NULL OR a.held_until <= :as_of)
    AND (a.called_at IS NULL OR a.called_at <= :as_of
        AND (a.call_again_at <= :as_of OR a.call_outcome = 'reached' AND a.spoils_at > :as_of))
"""
"""Whether an appeal is in the queue: nobody holds it, and either no call was made yet, or the next call is due, or its
farmer was reached and can still apply."""
QUEUE = text(f"""
    SELECT id, number, state, product, grams, region_code, spoils_at, created_at, answer_by, called_at, call_outcome,
        call_again_at, since, late, urgency
    FROM (
        SELECT a.*, {_SINCE} AS since, {_LATE} AS late, {urgency("coalesce(a.grams, :assumed)", _SINCE)} AS urgency
        FROM appeal AS a WHERE {WAITS}
    ) AS waiting
    WHERE (late OR NOT :only_late)
        AND (CAST(:urgency AS float8) IS NULL OR (urgency, id) < (CAST(:urgency AS float8), CAST(:id AS uuid)))
    ORDER BY urgency DESC, id DESC
    LIMIT :limit
""")  # noqa: S608  # the pieces are the constants above
COUNTS = text(f"SELECT count(*) AS waiting, count(*) FILTER (WHERE {_LATE}) AS late FROM appeal AS a WHERE {WAITS}")  # noqa: S608


def queue(session: Session, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Waiting appeals, most urgent first, as of a moment; uses `ix_appeal_queue`."""
    return session.connection().execute(QUEUE, values).all()


def counts(session: Session, as_of: datetime) -> Row[Any]:
    """Number of waiting appeals (`waiting`), and of those among them whose promised call is late (`late`)."""
    return session.connection().execute(COUNTS, {"as_of": as_of}).one()


def held_by(session: Session, person_id: UUID, now: datetime) -> Sequence[Appeal]:
    """Appeals that an operator holds now, in the order in which the holds end."""
    statement = select(Appeal).where(
        col(Appeal.reviewer_id) == person_id, col(Appeal.held_until) > now, col(Appeal.state).in_(WAITING)
    )
    return session.scalars(statement.order_by(col(Appeal.held_until))).all()


def calls(session: Session, appeal_id: UUID) -> Sequence[AppealCall]:
    """Every call about an appeal, newest first."""
    statement = select(AppealCall).where(col(AppealCall.appeal_id) == appeal_id).order_by(col(AppealCall.id).desc())
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def call_under(session: Session, appeal_id: UUID, fence: int) -> AppealCall | None:
    """The call that was recorded under that hold."""
    statement = select(AppealCall).where(col(AppealCall.appeal_id) == appeal_id, col(AppealCall.fence) == fence)
    return session.scalars(statement).one_or_none()


def erase_notes(session: Session, appeal_ids: Collection[UUID]) -> None:
    """Erase operators' notes about calls; the calls themselves stay."""
    session.connection().execute(
        update(AppealCall).where(col(AppealCall.appeal_id).in_(appeal_ids), col(AppealCall.note) != "").values(note="")
    )
