"""Tables of `coaching`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text
from sqlmodel import Field, SQLModel

from agrimarket.coaching.states import CaseState, Outcome, TaskState
from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)


def _texts() -> Any:
    return Field(default_factory=list, sa_type=ARRAY(Text), nullable=False)  # pyright: ignore[reportArgumentType]


class Coach(SQLModel, table=True):
    """A food-industry operations professional. `skills` maps a skill to a level of 1 to 3."""

    __tablename__ = "coach"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("open_cases BETWEEN 0 AND capacity", name="open_cases_within_capacity"),
        CheckConstraint("held_tasks >= 0", name="held_tasks_not_negative"),
    )

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    display_name: str
    skills: dict[str, int] = json_field()
    languages: list[str] = _texts()
    produce: list[str] = _texts()
    region_code: str = Field(foreign_key="region.code", index=True)
    capacity: int = 5
    open_cases: int = 0
    held_tasks: int = 0
    available: bool = True
    created_at: datetime = created_at_field()


class CoachingCase(SQLModel, table=True):
    """A seller's stock that needs a coach. `source_type` and `source_id` name its source; one case per source."""

    __tablename__ = "coaching_case"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("source_type", "source_id"),
        state_check(CaseState),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_with_outcome"),
        CheckConstraint("grams >= 0", name="grams_not_negative"),
        Index("ix_coaching_case_waiting", "due_key", postgresql_where=text("state IN ('triaged', 'waitlisted')")),
    )

    id: UUID = id_field()
    source_type: str
    source_id: UUID
    person_id: UUID = Field(foreign_key="person.id", index=True)
    seller_id: UUID | None = Field(default=None, foreign_key="seller.id", index=True)
    state: CaseState = state_field(CaseState.REQUESTED)
    product: str
    region_code: str = Field(foreign_key="region.code", index=True)
    grams: int = amount_field()
    spoils_at: datetime | None = time_field(nullable=True)
    language: str
    needs: list[str] = _texts()
    urgency: int
    due_key: datetime = time_field()
    outcome: Outcome | None = Field(default=None, sa_type=Text)  # pyright: ignore[reportArgumentType]
    sold_grams: int | None = amount_field(default=None, nullable=True)
    earned_amount: int | None = amount_field(default=None, nullable=True)
    days_saved: int | None = None
    created_at: datetime = created_at_field()
    closed_at: datetime | None = time_field(nullable=True)


class Assignment(SQLModel, table=True):
    """A coach on a case, with the reason (`why`). A case has at most one that has not ended (invariant 6)."""

    __tablename__ = "assignment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index("uq_assignment_active_case", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_assignment_active_coach", "coach_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: UUID = id_field()
    case_id: UUID = Field(foreign_key="coaching_case.id", index=True)
    coach_id: UUID = Field(foreign_key="coach.person_id", index=True)
    why: dict[str, Any] = json_field()
    end_reason: str | None = None
    started_at: datetime = created_at_field()
    ended_at: datetime | None = time_field(nullable=True)


class CoachingTask(SQLModel, table=True):
    """A step of a case's plan. Every lease raises `fence`; writes with an older one change nothing (invariant 7)."""

    __tablename__ = "coaching_task"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        state_check(TaskState),
        CheckConstraint(
            "(state IN ('reserved', 'in_progress')) = (lease_until IS NOT NULL AND holder_id IS NOT NULL)",
            name="leased_by_someone",
        ),
        Index("ix_coaching_task_queue", "coach_id", "due_key", "id", postgresql_where=text("state = 'ready'")),
        Index("ix_coaching_task_lease", "lease_until", postgresql_where=text("lease_until IS NOT NULL")),
    )

    id: UUID = id_field()
    case_id: UUID = Field(foreign_key="coaching_case.id")
    position: int
    kind: str
    state: TaskState = state_field(TaskState.CREATED)
    coach_id: UUID | None = Field(default=None, foreign_key="coach.person_id", index=True)
    holder_id: UUID | None = Field(default=None, foreign_key="coach.person_id", index=True)
    fence: int = 0
    lease_until: datetime | None = time_field(nullable=True)
    due_key: datetime = time_field()
    result: str | None = None
    created_at: datetime = created_at_field()
    finished_at: datetime | None = time_field(nullable=True)


class CoachingEvent(SQLModel, table=True):
    """An entry in the history of a case and its tasks; entries are never changed or removed."""

    __tablename__ = "coaching_event"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    case_id: UUID = Field(foreign_key="coaching_case.id", index=True)
    task_id: UUID | None = Field(default=None, foreign_key="coaching_task.id", index=True)
    actor_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    act: str
    fence: int | None = None
    note: str | None = None
    created_at: datetime = created_at_field()
