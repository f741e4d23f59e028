"""What goes in and out over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from agrimarket.coaching.models import Assignment, CoachingCase, CoachingEvent, CoachingTask
from agrimarket.coaching.states import CaseState, Outcome, TaskState
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import CaseId, PersonId, TaskId
from agrimarket.kernel.wire import In, Instant, LongText, MoneyOut, Out, Text, WeightOut

Fence = Annotated[
    int, Field(ge=1, le=2**31 - 1, strict=True, examples=[1], description="The fencing token that the claim gave.")
]


class WhyOut(Out):
    """Why this coach: points of 100 with their parts, the case's urgency, and the runners-up."""

    sentence: str
    points: int
    parts: dict[str, int]
    urgency: int
    runners_up: list[dict[str, Any]]

    @classmethod
    def of(cls, assignment: Assignment, language: str) -> "WhyOut":
        """The stored reason, put into a sentence."""
        why = assignment.why
        parts = sorted(why["parts"].items(), key=lambda part: -part[1])
        best = [t(f"coaching.part.{name}", language) for name, points in parts if points][:2]
        sentence = t("coaching.why", language, points=why["points"], reasons=t("coaching.and", language).join(best))
        return cls(sentence=sentence, **why)


class TaskOut(Out):
    """A task, with the lease if it is held."""

    id: TaskId
    case_id: CaseId
    position: int
    kind: str
    title: str
    state: TaskState
    fence: int
    holder_id: PersonId | None
    lease_until: Instant | None
    due_at: Instant
    result: str | None

    @classmethod
    def of(cls, task: CoachingTask, language: str) -> "TaskOut":
        """From the table's row."""
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


class OutcomeOut(Out):
    """What came of a case: goods sold and money earned since it opened, and whole days before it would have spoiled."""

    outcome: Outcome
    sold: WeightOut
    earned: MoneyOut
    days_saved: int
    closed_at: Instant


class EventOut(Out):
    """One line of a case's history."""

    act: str
    actor_id: PersonId | None
    task_id: TaskId | None
    note: str | None
    at: Instant


class CaseOut(Out):
    """A case in a list."""

    id: CaseId
    state: CaseState
    person_id: PersonId
    product: str
    region_code: str
    weight: WeightOut
    spoils_at: Instant | None
    needs: list[str]
    urgency: int
    due_at: Instant
    opened_at: Instant
    outcome: OutcomeOut | None

    @classmethod
    def fields(cls, case: CoachingCase) -> dict[str, Any]:
        """The values of the fields, from the table's row."""
        outcome = None
        if case.outcome is not None and case.closed_at is not None:
            outcome = OutcomeOut(
                outcome=Outcome(case.outcome),
                sold=WeightOut(grams=case.sold_grams or 0),
                earned=MoneyOut.of(Money(case.earned_amount or 0)),
                days_saved=case.days_saved or 0,
                closed_at=case.closed_at,
            )
        return {
            "id": case.id,
            "state": CaseState(case.state),
            "person_id": case.person_id,
            "product": case.product,
            "region_code": case.region_code,
            "weight": WeightOut(grams=case.grams),
            "spoils_at": case.spoils_at,
            "needs": case.needs,
            "urgency": case.urgency,
            "due_at": case.due_key,
            "opened_at": case.created_at,
            "outcome": outcome,
        }

    @classmethod
    def of(cls, case: CoachingCase) -> "CaseOut":
        """From the table's row."""
        return cls(**cls.fields(case))


class CaseDetailOut(CaseOut):
    """A case with its coach, plan and history."""

    coach_id: PersonId | None
    why: WhyOut | None
    tasks: list[TaskOut]
    history: list[EventOut]

    @classmethod
    def build(
        cls,
        case: CoachingCase,
        assignment: Assignment | None,
        tasks: Sequence[CoachingTask],
        history: Sequence[CoachingEvent],
        language: str,
    ) -> "CaseDetailOut":
        """From the rows of the case."""
        return cls(
            **cls.fields(case),
            coach_id=assignment.coach_id if assignment else None,
            why=WhyOut.of(assignment, language) if assignment else None,
            tasks=[TaskOut.of(task, language) for task in tasks],
            history=[
                EventOut(act=e.act, actor_id=e.actor_id, task_id=e.task_id, note=e.note, at=e.created_at)
                for e in history
            ],
        )


class QueuedTaskOut(Out):
    """A task of the coach's queue, with why it stands where it stands: what is due first is on top."""

    task: TaskOut
    case: CaseOut


class LeaseOut(Out):
    """Until when the lease holds now."""

    lease_until: Instant


class Fenced(In):
    """A write by the holder of a lease."""

    fence: Fence


class Completion(Fenced):
    """What came of the task."""

    result: LongText = Field(examples=["Called the grower; boxes of 2.5 kg are ready from tomorrow."])


class Escalation(Fenced):
    """Why the operators are asked."""

    reason: LongText = Field(examples=["No truck gets a pass for the county."])


class Reason(In):
    """Why."""

    reason: LongText = Field(examples=["The grower is in hospital until Friday."])


class Closing(In):
    """How the case ended, in the coach's judgement; the figures come from the orders."""

    outcome: Outcome
    note: LongText = Field(examples=["Sold out by live selling in two evenings."])


class Reassignment(In):
    """An operator's choice of coach."""

    coach_id: PersonId
    reason: LongText = Field(examples=["Knows the cooperative."])


class BoardOut(Out):
    """How the coaching stands."""

    waiting: int
    open: int
    closed: int
    overdue: int
    free_slots: int
    sold: WeightOut
    earned: MoneyOut


class CoachIn(In):
    """A coach's profile."""

    person_id: PersonId
    display_name: Text
    skills: dict[str, Annotated[int, Field(ge=1, le=3)]] = Field(examples=[{"packaging": 3, "pricing": 2}])
    languages: list[str] = Field(min_length=1, examples=[["zh-Hans"]])
    produce: list[str] = Field(default_factory=list, examples=[["strawberry"]])
    region_code: str = Field(pattern=r"^[1-9][0-9]{5}$", examples=["210681"])
    capacity: Annotated[int, Field(ge=1, le=50)] = 5
