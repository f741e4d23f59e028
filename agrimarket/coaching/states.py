"""States of cases, and of tasks after WS-HumanTask, with every move between them; others are refused."""

from enum import StrEnum


class CaseState(StrEnum):
    """States of a case: a seller's stock that needs a coach, until it is closed with an outcome."""

    REQUESTED = "requested"
    TRIAGED = "triaged"
    WAITLISTED = "waitlisted"
    MATCHED = "matched"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    REOPENED = "reopened"


CASE_TRANSITIONS: dict[CaseState, frozenset[CaseState]] = {
    CaseState.REQUESTED: frozenset({CaseState.TRIAGED}),
    CaseState.TRIAGED: frozenset({CaseState.WAITLISTED, CaseState.MATCHED}),
    CaseState.WAITLISTED: frozenset({CaseState.MATCHED}),
    CaseState.MATCHED: frozenset({CaseState.ACTIVE, CaseState.WAITLISTED, CaseState.CLOSED}),
    CaseState.ACTIVE: frozenset({CaseState.ON_HOLD, CaseState.CLOSED}),
    CaseState.ON_HOLD: frozenset({CaseState.ACTIVE, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset({CaseState.REOPENED}),
    CaseState.REOPENED: frozenset({CaseState.WAITLISTED, CaseState.MATCHED}),
}


class TaskState(StrEnum):
    """States of a task. `reserved` and `in_progress` ones are leased; a lapsed lease returns the task to `ready`."""

    CREATED = "created"
    READY = "ready"
    RESERVED = "reserved"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


LEASED = frozenset({TaskState.RESERVED, TaskState.IN_PROGRESS})
TASK_TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    TaskState.CREATED: frozenset({TaskState.READY, TaskState.SKIPPED}),
    TaskState.READY: frozenset({TaskState.RESERVED, TaskState.SKIPPED}),
    TaskState.RESERVED: frozenset({TaskState.IN_PROGRESS, TaskState.READY, TaskState.SKIPPED}),
    TaskState.IN_PROGRESS: frozenset(
        {TaskState.COMPLETED, TaskState.FAILED, TaskState.SKIPPED, TaskState.SUSPENDED, TaskState.READY}
    ),
    TaskState.SUSPENDED: frozenset({TaskState.IN_PROGRESS, TaskState.READY, TaskState.SKIPPED}),
}


class Outcome(StrEnum):
    """The ways in which a case ends."""

    SOLD = "sold"
    PARTLY_SOLD = "partly_sold"
    DONATED = "donated"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
