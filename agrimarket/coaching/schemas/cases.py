"""Cases on the wire."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.schemas.matching import WhyOut
from agrimarket.coaching.schemas.tasks import TaskOut
from agrimarket.coaching.states import CaseState, Outcome
from agrimarket.coaching.types import Board, CaseFile
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import CaseId, PersonId, TaskId
from agrimarket.kernel.wire import Count, In, Instant, LongText, MoneyOut, Out, Score, Several, WeightOut


class OutcomeOut(Out):
    """The outcome of a case: goods sold and money earned since it opened, and whole days before spoiling."""

    outcome: Outcome
    sold: WeightOut
    earned: MoneyOut
    days_saved: Count
    closed_at: Instant


class EventOut(Out):
    """A line of a case's history."""

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
    needs: Annotated[list[str], Several]
    urgency: Score
    due_at: Instant
    opened_at: Instant
    outcome: OutcomeOut | None

    @classmethod
    def fields(cls, case: CoachingCase) -> dict[str, Any]:
        """The fields' values for a case's row."""
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
        """The case's row, for the wire."""
        return cls(**cls.fields(case))


class CaseDetailOut(CaseOut):
    """A case with its coach, plan and history."""

    coach_id: PersonId | None
    why: WhyOut | None
    tasks: Annotated[list[TaskOut], Several]
    history: Annotated[list[EventOut], Several]

    @classmethod
    def of_file(cls, file: CaseFile, language: str) -> "CaseDetailOut":
        """The case's file, for the wire."""
        why = file.assignment
        return cls(
            **cls.fields(file.case),
            coach_id=why.coach_id if why else None,
            why=WhyOut.of(why, language) if why else None,
            tasks=[TaskOut.of(task, language) for task in file.tasks],
            history=[
                EventOut(act=e.act, actor_id=e.actor_id, task_id=e.task_id, note=e.note, at=e.created_at)
                for e in file.history
            ],
        )


class QueuedTaskOut(Out):
    """A task of the coach's queue, with its case."""

    task: TaskOut
    case: CaseOut


class Reason(In):
    """The reason for an act."""

    reason: LongText = Field(examples=["The grower is in hospital until Friday."])


class Closing(In):
    """The end of a case, in the coach's judgement; the figures come from the orders."""

    outcome: Outcome
    note: LongText = Field(examples=["Sold out by live selling in two evenings."])


class BoardOut(Out):
    """Figures for operators: cases and tasks by where they stand, free places, and what closed cases brought."""

    waiting: Count
    open: Count
    closed: Count
    overdue: Count
    free_slots: Count
    sold: WeightOut
    earned: MoneyOut

    @classmethod
    def of(cls, board: Board) -> "BoardOut":
        """The board, for the wire."""
        return cls(
            waiting=board.waiting,
            open=board.open,
            closed=board.closed,
            overdue=board.overdue,
            free_slots=board.free_slots,
            sold=WeightOut(grams=board.sold_grams),
            earned=MoneyOut.of(board.earned),
        )
