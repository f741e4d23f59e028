"""Values that `coaching`'s services return."""

from dataclasses import dataclass

from agrimarket.coaching.models import Assignment, CoachingCase, CoachingEvent, CoachingTask
from agrimarket.kernel.money import Money


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its coach, its plan and its history. `assignment` is None while it waits for a coach."""

    case: CoachingCase
    assignment: Assignment | None
    tasks: list[CoachingTask]
    history: list[CoachingEvent]


@dataclass(frozen=True, slots=True)
class Board:
    """Figures for operators: cases by where they stand, overdue tasks, free places, and what closed cases brought."""

    waiting: int
    open: int
    closed: int
    overdue: int
    free_slots: int
    sold_grams: int
    earned: Money
