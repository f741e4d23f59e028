"""Tasks and their leases on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.coaching.models import CoachingTask
from agrimarket.coaching.states import TaskState
from agrimarket.kernel.i18n import t
from agrimarket.kernel.resources import CaseId, PersonId, TaskId
from agrimarket.kernel.wire import Count, In, Instant, LongText, Out

Fence = Annotated[
    int, Field(ge=1, le=2**31 - 1, strict=True, examples=[1], description="The fencing token that came with the lease.")
]


class TaskOut(Out):
    """A task, with the lease if it is held."""

    id: TaskId
    case_id: CaseId
    position: Count
    kind: str
    title: str
    state: TaskState
    fence: Count
    holder_id: PersonId | None
    lease_until: Instant | None
    due_at: Instant
    result: str | None

    @classmethod
    def of(cls, task: CoachingTask, language: str) -> "TaskOut":
        """The task's row, for the wire."""
        return cls(
            id=task.id,
            case_id=task.case_id,
            position=task.position,
            kind=task.kind,
            title=t(f"coaching.task.{task.kind}", language),
            state=TaskState(task.state),
            fence=task.fence,
            holder_id=task.holder_id,
            lease_until=task.lease_until,
            due_at=task.due_key,
            result=task.result,
        )


class LeaseOut(Out):
    """The end of a lease."""

    lease_until: Instant


class Fenced(In):
    """A write of the coach who holds the lease."""

    fence: Fence


class Completion(Fenced):
    """The result of a task."""

    result: LongText = Field(examples=["Called the grower; boxes of 2.5 kg are ready from tomorrow."])


class Escalation(Fenced):
    """The reason why operators are asked for help."""

    reason: LongText = Field(examples=["No truck gets a pass for the county."])
