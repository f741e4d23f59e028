"""What `coaching` tells others."""

from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class CaseOpened(Event):
    """A case waits for its match."""

    topic: ClassVar[str] = "coaching.case_opened"
    case_id: UUID


class CaseMatched(Event):
    """A coach was found; seller and coach are to be told."""

    topic: ClassVar[str] = "coaching.case_matched"
    case_id: UUID
    coach_id: UUID
    person_id: UUID


class CaseWaitlisted(Event):
    """No coach is free or fits; the seller is told so, and operators see whom to recruit."""

    topic: ClassVar[str] = "coaching.case_waitlisted"
    case_id: UUID
    person_id: UUID


class CaseClosed(Event):
    """The case ended, with its outcome."""

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
