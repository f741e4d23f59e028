"""SELECTs and writes of the review desk."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from agrimarket.onboarding.models.applications import Application, Check, InfoRequest, Secret
from agrimarket.onboarding.queries.queues import urgency
from agrimarket.onboarding.states import ApplicationState

QUEUE = text(f"""
    SELECT id, kind, state, product, grams, region_code, spoils_at, submitted_at, urgency
    FROM (
        SELECT a.*, {urgency("a.grams", "a.submitted_at")} AS urgency
        FROM application AS a
        WHERE a.state IN ('submitted', 'in_review') AND (a.held_until IS NULL OR a.held_until <= :as_of)
            AND a.submitted_at <= :as_of
    ) AS waiting
    WHERE CAST(:urgency AS float8) IS NULL OR (urgency, id) < (CAST(:urgency AS float8), CAST(:id AS uuid))
    ORDER BY urgency DESC, id DESC
    LIMIT :limit
""")  # noqa: S608  # the piece is `queues.urgency`


def queue(session: Session, values: dict[str, Any]) -> Sequence[Row[Any]]:
    """Waiting applications that nobody holds, most urgent first, as of a moment; uses `ix_application_queue`."""
    return session.connection().execute(QUEUE, values).all()


def held_by(session: Session, reviewer_id: UUID) -> Sequence[Application]:
    """Applications that a reviewer holds, in the order in which the holds end."""
    statement = select(Application).where(
        col(Application.reviewer_id) == reviewer_id,
        col(Application.state) == ApplicationState.IN_REVIEW,
        col(Application.held_until).is_not(None),
    )
    return session.scalars(statement.order_by(col(Application.held_until))).all()


def seller_has(session: Session, application_id: UUID, field: str, lookup: bytes) -> bool:
    """Whether another application that became a seller has the same secret answer to `field`."""
    statement = (
        select(func.count())
        .select_from(Secret)
        .join(Application, col(Application.id) == col(Secret.application_id))
        .where(
            col(Secret.field) == field,
            col(Secret.lookup) == lookup,
            col(Secret.application_id) != application_id,
            col(Application.seller_id).is_not(None),
        )
    )
    return session.scalars(statement).one() > 0


def ask(session: Session, rows: list[dict[str, Any]]) -> None:
    """Add requests for information; one that is open already stays as it is."""
    session.connection().execute(insert(InfoRequest).on_conflict_do_nothing(), rows)


def checked(session: Session, application_id: UUID) -> set[str]:
    """Requirements that a reviewer found met."""
    return set(session.scalars(select(col(Check.requirement)).where(col(Check.application_id) == application_id)))


def set_check(session: Session, application_id: UUID, requirement: str, checked_by: UUID, *, met: bool) -> None:
    """Record that a requirement was found met, or take that back."""
    if met:
        row = {"application_id": application_id, "requirement": requirement, "checked_by": checked_by}
        session.connection().execute(insert(Check).values(**row).on_conflict_do_nothing())
        return
    session.connection().execute(
        delete(Check).where(col(Check.application_id) == application_id, col(Check.requirement) == requirement)
    )
