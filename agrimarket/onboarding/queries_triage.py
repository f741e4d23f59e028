"""SELECTs and locks of the appeals desk."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update
from sqlmodel import Session, col

from agrimarket.onboarding import queries
from agrimarket.onboarding.models import Appeal, AppealCall
from agrimarket.onboarding.states import AppealState

_SINCE = "CASE WHEN a.call_outcome = 'reached' THEN a.called_at ELSE a.created_at END"
"""`rules.waiting_since` in SQL."""
_LATE = "(a.called_at IS NULL OR a.call_again_at IS NOT NULL) AND a.answer_by <= :as_of"
"""`rules.late` in SQL."""
_WAITS = """
    a.state IN ('received', 'triaged') AND a.created_at <= :as_of AND (a.held_until IS NULL OR a.held_until <= :as_of)
    AND (a.called_at IS NULL OR a.called_at <= :as_of
        AND (a.call_again_at <= :as_of OR a.call_outcome = 'reached' AND a.spoils_at > :as_of))
"""
"""Nobody holds it, and nobody called yet, or the next call is due, or they were reached and can still apply."""
QUEUE = text(f"""
    SELECT id, number, state, product, grams, region_code, spoils_at, created_at, answer_by, called_at, call_outcome,
        call_again_at, since, late, urgency
    FROM (
        SELECT a.*, {_SINCE} AS since, {_LATE} AS late,
            {queries.urgency("coalesce(a.grams, :assumed)", _SINCE)} AS urgency
        FROM appeal AS a WHERE {_WAITS}
    ) AS waiting
    WHERE (late OR NOT :only_late)
        AND (CAST(:urgency AS float8) IS NULL OR (urgency, id) < (CAST(:urgency AS float8), CAST(:id AS uuid)))
    ORDER BY urgency DESC, id DESC
    LIMIT :limit
""")  # noqa: S608  # the pieces are the constants above
STANDING = text(f"SELECT count(*) AS waiting, count(*) FILTER (WHERE {_LATE}) AS late FROM appeal AS a WHERE {_WAITS}")  # noqa: S608


def queue(session: Session, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Appeals that wait, most urgent first, as of a moment; one statement over `ix_appeal_queue`."""
    return session.connection().execute(QUEUE, values).all()


def standing(session: Session, as_of: datetime) -> Row[Any]:
    """How many appeals wait, and for how many the promised call is late."""
    return session.connection().execute(STANDING, {"as_of": as_of}).one()


def any_appeal(session: Session, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
    """Any appeal, for operators."""
    statement = select(Appeal).where(col(Appeal.id) == appeal_id)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def held_by(session: Session, person_id: UUID, now: datetime) -> Sequence[Appeal]:
    """What that operator holds now, the claim that ends first on top."""
    statement = select(Appeal).where(
        col(Appeal.reviewer_id) == person_id,
        col(Appeal.held_until) > now,
        col(Appeal.state).in_([AppealState.RECEIVED, AppealState.TRIAGED]),
    )
    return session.scalars(statement.order_by(col(Appeal.held_until))).all()


def calls(session: Session, appeal_id: UUID) -> Sequence[AppealCall]:
    """Every call about an appeal, newest first."""
    statement = select(AppealCall).where(col(AppealCall.appeal_id) == appeal_id).order_by(col(AppealCall.id).desc())
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def call_under(session: Session, appeal_id: UUID, fence: int) -> AppealCall | None:
    """The call that was recorded under that claim."""
    statement = select(AppealCall).where(col(AppealCall.appeal_id) == appeal_id, col(AppealCall.fence) == fence)
    return session.scalars(statement).one_or_none()


def forget_notes(session: Session, appeal_ids: Collection[UUID]) -> None:
    """Empty what operators wrote down about calls; that there were calls stays."""
    session.connection().execute(
        update(AppealCall).where(col(AppealCall.appeal_id).in_(appeal_ids), col(AppealCall.note) != "").values(note="")
    )
