"""SELECTs, locks and writes of applications, their secret answers, and requests for information."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_into
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.onboarding.models.applications import Application, InfoRequest, Secret
from agrimarket.onboarding.states import OPEN, ApplicationState

_OPEN_IN_SQL = text(f"state IN ({', '.join(repr(state.value) for state in OPEN)})")
"""Condition of `uq_application_open`, written out: with parameters in it, a generic plan would not find the index."""


def insert(session: Session, values: dict[str, Any]) -> Application | None:
    """Insert an application; None if the person has an open one (`uq_application_open`)."""
    statement = (
        insert_into(Application)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["person_id"], index_where=_OPEN_IN_SQL)
        .returning(Application)
    )
    return session.scalars(statement).one_or_none()


def one(session: Session, application_id: UUID, *, lock: bool = False) -> Application | None:
    """Any application, for operators and the system's own steps."""
    return _one(session, select(Application).where(col(Application.id) == application_id), lock=lock)


def mine(session: Session, person_id: UUID, application_id: UUID, *, lock: bool = False) -> Application | None:
    """The application, if it is that person's or they filed it for somebody."""
    statement = select(Application).where(col(Application.id) == application_id, _belongs_to(person_id))
    return _one(session, statement, lock=lock)


def _belongs_to(person_id: UUID) -> ColumnElement[bool]:
    return (col(Application.person_id) == person_id) | (col(Application.filed_by) == person_id)


def _one(session: Session, statement: Select[Application], *, lock: bool) -> Application | None:
    return session.scalars(locked(statement) if lock else statement).one_or_none()


def current(session: Session, person_id: UUID) -> Application | None:
    """The person's open application, else the one they were approved by; locked."""
    states = [*OPEN, ApplicationState.APPROVED, ApplicationState.SUSPENDED]
    statement = (
        select(Application)
        .where(col(Application.person_id) == person_id, col(Application.state).in_(states))
        .order_by(col(Application.state).in_(OPEN).desc(), col(Application.id).desc())
        .limit(1)
    )
    return _one(session, statement, lock=True)


def of_person(session: Session, person_id: UUID, limit: int = 50) -> Sequence[Application]:
    """Applications of that person and those they filed for others, newest first."""
    statement = select(Application).where(_belongs_to(person_id)).order_by(col(Application.id).desc()).limit(limit)
    return session.scalars(statement).all()


def states(session: Session, application_ids: Collection[UUID]) -> dict[UUID, str]:
    """The states of those applications."""
    statement = select(col(Application.id), col(Application.state)).where(col(Application.id).in_(application_ids))
    return {row.id: row.state for row in session.connection().execute(statement)}


def secrets(session: Session, application_id: UUID) -> dict[str, Secret]:
    """An application's secret answers by field."""
    statement = select(Secret).where(col(Secret.application_id) == application_id)
    rows = session.scalars(statement.execution_options(populate_existing=True))
    return {row.field: row for row in rows}


def put_secrets(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write or replace secret answers."""
    statement = insert_into(Secret)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["application_id", "field"],
            set_={name: statement.excluded[name] for name in ("sealed", "lookup", "masked", "step")},
        ),
        rows,
    )


def drop_secrets(session: Session, application_id: UUID, fields: Sequence[str] | None = None) -> None:
    """Erase the secret answers to `fields`; by default all."""
    statement = delete(Secret).where(col(Secret.application_id) == application_id)
    session.connection().execute(statement if fields is None else statement.where(col(Secret.field).in_(fields)))


def requests(session: Session, application_id: UUID) -> Sequence[InfoRequest]:
    """Requests for information to the applicant, oldest first."""
    statement = select(InfoRequest).where(col(InfoRequest.application_id) == application_id)
    fresh = statement.order_by(col(InfoRequest.id)).execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def answer_requests(session: Session, application_id: UUID, step: str, now: datetime) -> None:
    """Mark the requests about the step as answered."""
    session.connection().execute(
        update(InfoRequest)
        .where(
            col(InfoRequest.application_id) == application_id,
            col(InfoRequest.step) == step,
            col(InfoRequest.answered_at).is_(None),
        )
        .values(answered_at=now)
    )
