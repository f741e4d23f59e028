"""Acts at the triage desk, each in a transaction of its own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.onboarding.service import triage
from agrimarket.onboarding.states import CallOutcome
from agrimarket.onboarding.types import AppealRecord, WaitingAppeal
from tests.factories.onboarding import SignedIn, file_appeal


def rows(db: Database, query: str, **values: Any) -> list[Any]:
    """Rows that a query finds."""
    with db.transaction() as session:
        return list(session.connection().execute(text(query), values))


def file(db: Database, who: SignedIn, **changes: Any) -> UUID:
    """File an appeal by that person; returns its id."""
    with db.transaction() as session:
        return file_appeal(session, who.principal.person_id, **changes).appeal.id


def hold(db: Database, who: SignedIn, appeal_id: UUID) -> int:
    """Hold the appeal, as that operator; returns the fence."""
    with db.transaction() as session:
        return triage.hold(session, who.principal, appeal_id).filed.appeal.fence


def record(
    db: Database, who: SignedIn, appeal_id: UUID, fence: int, outcome: CallOutcome, note: str = ""
) -> AppealRecord:
    """Record the outcome of a call under that fence."""
    with db.transaction() as session:
        return triage.record_call(session, who.principal, appeal_id, fence, outcome, note)


def call(db: Database, who: SignedIn, appeal_id: UUID, outcome: CallOutcome, note: str = "") -> AppealRecord:
    """Hold the appeal, and record a call."""
    return record(db, who, appeal_id, hold(db, who, appeal_id), outcome, note)


def queue(db: Database, *, only_late: bool = False) -> list[WaitingAppeal]:
    """The first two hundred of the queue."""
    with db.transaction() as session:
        return triage.queue(session, None, 200, only_late=only_late)


def wait(db: Database, by: timedelta) -> datetime:
    """Move the clock forward; returns the time after it."""
    with db.transaction() as session:
        return clock.advance(session, by)
