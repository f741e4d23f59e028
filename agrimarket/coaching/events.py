"""Events of `coaching`."""

from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class CaseOpened(Event):
    """A case waits for a coach."""

    topic: ClassVar[str] = "coaching.case_opened"
    case_id: UUID


class CaseMatched(Event):
    """A case has got a coach."""

    topic: ClassVar[str] = "coaching.case_matched"
    case_id: UUID
    coach_id: UUID
    person_id: UUID


class CaseWaitlisted(Event):
    """No coach who fits a case is free."""

    topic: ClassVar[str] = "coaching.case_waitlisted"
    case_id: UUID
    person_id: UUID


class CaseClosed(Event):
    """A case was closed with its outcome."""

    topic: ClassVar[str] = "coaching.case_closed"
    case_id: UUID
    person_id: UUID
    outcome: str


class TaskEscalated(Event):
    """A coach asks the operators for help."""

    topic: ClassVar[str] = "coaching.task_escalated"
    case_id: UUID
    task_id: UUID
    reason: str
