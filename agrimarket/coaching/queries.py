"""SELECTs, locks and set-based statements on the tables of `coaching`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session, col, select

from agrimarket.coaching.models import Assignment, Coach, CoachingCase, CoachingEvent, CoachingTask
from agrimarket.coaching.rules import LEASE, MAX_HELD_TASKS, Profile
from agrimarket.coaching.states import CaseState, TaskState


def lock_case(session: Session, case_id: UUID) -> CoachingCase | None:
    """The case, locked."""
    return session.exec(select(CoachingCase).where(CoachingCase.id == case_id).with_for_update()).one_or_none()


def lock_coach(session: Session, person_id: UUID) -> Coach | None:
    """The coach's row, locked."""
    return session.exec(select(Coach).where(Coach.person_id == person_id).with_for_update()).one_or_none()


def waiting_ids(session: Session, limit: int) -> list[UUID]:
    """Cases without a coach, oldest due first."""
    waiting = col(CoachingCase.state).in_([CaseState.TRIAGED, CaseState.WAITLISTED])
    statement = select(CoachingCase.id).where(waiting).order_by(col(CoachingCase.due_key), col(CoachingCase.id))
    return list(session.exec(statement.limit(limit)))


def profiles(session: Session, without_case: UUID) -> list[Profile]:
    """Every available coach, except those who have had that case before."""
    had = select(Assignment.coach_id).where(Assignment.case_id == without_case)
    statement = (
        select(Coach).where(col(Coach.available), col(Coach.person_id).not_in(had)).order_by(col(Coach.person_id))
    )
    return [
        Profile(
            coach.person_id,
            coach.display_name,
            coach.skills,
            coach.languages,
            coach.produce,
            coach.region_code,
            coach.capacity,
            coach.capacity - coach.open_cases,
        )
        for coach in session.exec(statement.order_by(col(Coach.person_id)))
    ]


def take_slot(session: Session, coach_id: UUID) -> bool:
    """Count one more open case if the coach has room; False if not."""
    return session.connection().execute(_TAKE_SLOT, {"coach": coach_id}).rowcount == 1


def free_slot(session: Session, coach_id: UUID) -> None:
    """Count one open case less."""
    session.connection().execute(_FREE_SLOT, {"coach": coach_id})


def active_assignment(session: Session, case_id: UUID) -> Assignment | None:
    """The coach who has the case now."""
    return session.exec(
        select(Assignment).where(Assignment.case_id == case_id, col(Assignment.ended_at).is_(None))
    ).one_or_none()


def claim(session: Session, coach_id: UUID, task_id: UUID | None) -> Row[Any] | None:
    """Lease that task, or the coach's first ready one, if the coach has room; None if nothing could be leased.

    One statement on the database's clock: the coach's row, then the task's, then the lease, its fence and its event.
    """
    row = {"coach": coach_id, "task": task_id, "lease": LEASE, "max": MAX_HELD_TASKS}
    return session.connection().execute(_CLAIM, row).one_or_none()


def heartbeat(session: Session, task_id: UUID, coach_id: UUID, fence: int) -> datetime | None:
    """Extend the lease and mark the work begun; the new end, or None if the lease is not held any more."""
    row = {"task": task_id, "coach": coach_id, "fence": fence, "lease": LEASE}
    return session.connection().execute(_HEARTBEAT, row).scalar_one_or_none()


def lock_leased(session: Session, task_id: UUID, coach_id: UUID, fence: int) -> CoachingTask | None:
    """The task, locked, if that coach holds that very lease and it has not lapsed."""
    statement = select(CoachingTask).where(
        CoachingTask.id == task_id,
        CoachingTask.holder_id == coach_id,
        CoachingTask.fence == fence,
        text("lease_until > agrimarket_now()"),
    )
    return session.exec(statement.with_for_update()).one_or_none()


def task(session: Session, task_id: UUID) -> CoachingTask | None:
    """The task as it stands."""
    return session.get(CoachingTask, task_id)


def case_of_task(session: Session, task_id: UUID) -> UUID | None:
    """The case that the task belongs to."""
    return session.exec(select(CoachingTask.case_id).where(CoachingTask.id == task_id)).one_or_none()


def tasks_of(session: Session, case_id: UUID, *, lock: bool = False) -> list[CoachingTask]:
    """The case's tasks in the order of its plan."""
    statement = select(CoachingTask).where(CoachingTask.case_id == case_id).order_by(col(CoachingTask.position))
    return list(session.exec(statement.with_for_update() if lock else statement))


def queue(session: Session, coach_id: UUID, limit: int) -> list[tuple[CoachingTask, CoachingCase]]:
    """What the coach can work on, what is due first on top: tasks held and tasks ready."""
    workable = [TaskState.READY, TaskState.RESERVED, TaskState.IN_PROGRESS, TaskState.SUSPENDED]
    statement = (
        select(CoachingTask, CoachingCase)
        .join(CoachingCase, col(CoachingCase.id) == col(CoachingTask.case_id))
        .where(CoachingTask.coach_id == coach_id, col(CoachingTask.state).in_(workable))
        .order_by(col(CoachingTask.due_key), col(CoachingTask.id))
        .limit(limit)
    )
    return [(found, case) for found, case in session.exec(statement)]


def cases(
    session: Session,
    *,
    coach_id: UUID | None,
    person_id: UUID | None,
    state: CaseState | None,
    after: UUID | None,
    limit: int,
) -> list[CoachingCase]:
    """Cases, newest first: of one coach, of one seller's person, or all."""
    statement = select(CoachingCase).order_by(col(CoachingCase.id).desc()).limit(limit)
    if coach_id is not None:
        mine = select(Assignment.case_id).where(Assignment.coach_id == coach_id, col(Assignment.ended_at).is_(None))
        statement = statement.where(col(CoachingCase.id).in_(mine))
    if person_id is not None:
        statement = statement.where(CoachingCase.person_id == person_id)
    if state is not None:
        statement = statement.where(CoachingCase.state == state)
    if after is not None:
        statement = statement.where(CoachingCase.id < after)
    return list(session.exec(statement))


def history(session: Session, case_id: UUID) -> list[CoachingEvent]:
    """All that happened to the case, in order."""
    statement = select(CoachingEvent).where(CoachingEvent.case_id == case_id)
    return list(session.exec(statement.order_by(col(CoachingEvent.created_at), col(CoachingEvent.id))))


def release_lapsed(session: Session) -> int:
    """Return tasks whose lease has lapsed to their queues; how many."""
    return session.connection().execute(_RELEASE_LAPSED).rowcount


def give_back(session: Session, coach_ids: Sequence[UUID]) -> None:
    """Count one held task less for each of these coaches."""
    for coach_id in sorted(coach_ids):
        session.connection().execute(_GIVE_BACK, {"coach": coach_id})


def board(session: Session) -> Row[Any]:
    """Figures for the operators' board; one statement."""
    return session.connection().execute(_BOARD).one()


_TAKE_SLOT = text("UPDATE coach SET open_cases = open_cases + 1 WHERE person_id = :coach AND open_cases < capacity")
_FREE_SLOT = text("UPDATE coach SET open_cases = greatest(open_cases - 1, 0) WHERE person_id = :coach")
_GIVE_BACK = text("UPDATE coach SET held_tasks = greatest(held_tasks - 1, 0) WHERE person_id = :coach")
_CLAIM = text("""
    WITH room AS MATERIALIZED (
        SELECT person_id FROM coach WHERE person_id = :coach AND held_tasks < :max FOR NO KEY UPDATE
    ), chosen AS MATERIALIZED (
        SELECT t.id FROM coaching_task AS t, room
        WHERE t.coach_id = room.person_id AND t.state = 'ready' AND (CAST(:task AS uuid) IS NULL OR t.id = :task)
        ORDER BY t.due_key, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED
    ), leased AS (
        UPDATE coaching_task AS t SET state = 'reserved', holder_id = :coach, fence = t.fence + 1,
            lease_until = agrimarket_now() + :lease
        FROM chosen WHERE t.id = chosen.id
        RETURNING t.id, t.case_id, t.fence, t.lease_until
    ), counted AS (
        UPDATE coach SET held_tasks = held_tasks + 1 FROM leased WHERE person_id = :coach
    ), logged AS (
        INSERT INTO coaching_event (id, case_id, task_id, actor_id, act, fence)
        SELECT gen_random_uuid(), case_id, id, :coach, 'claimed', fence FROM leased
    )
    SELECT * FROM leased
""").bindparams(bindparam("lease", type_=Interval))
_HEARTBEAT = text("""
    UPDATE coaching_task SET lease_until = agrimarket_now() + :lease, state = 'in_progress'
    WHERE id = :task AND holder_id = :coach AND fence = :fence AND lease_until > agrimarket_now()
    RETURNING lease_until
""").bindparams(bindparam("lease", type_=Interval))
_RELEASE_LAPSED = text("""
    WITH lapsed AS MATERIALIZED (
        SELECT id, case_id, holder_id, fence FROM coaching_task WHERE lease_until <= agrimarket_now()
        ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
    ), counted AS (
        UPDATE coach SET held_tasks = greatest(held_tasks - n, 0)
        FROM (SELECT holder_id, count(*)::int AS n FROM lapsed GROUP BY holder_id) AS h WHERE person_id = h.holder_id
    ), logged AS (
        INSERT INTO coaching_event (id, case_id, task_id, actor_id, act, fence)
        SELECT gen_random_uuid(), case_id, id, holder_id, 'lapsed', fence FROM lapsed
    )
    UPDATE coaching_task AS t SET state = 'ready', holder_id = NULL, lease_until = NULL
    FROM lapsed WHERE t.id = lapsed.id
""")
_BOARD = text("""
    SELECT (SELECT count(*) FROM coaching_case WHERE state IN ('triaged', 'waitlisted')) AS waiting,
           (SELECT count(*) FROM coaching_case WHERE state IN ('matched', 'active')) AS open,
           (SELECT count(*) FROM coaching_case WHERE state = 'closed') AS closed,
           (SELECT count(*) FROM coaching_task WHERE state = 'ready' AND due_key < agrimarket_now()) AS overdue,
           (SELECT coalesce(sum(capacity - open_cases), 0) FROM coach WHERE available) AS free_slots,
           (SELECT coalesce(sum(sold_grams), 0) FROM coaching_case WHERE state = 'closed') AS sold_grams,
           (SELECT coalesce(sum(earned_amount), 0) FROM coaching_case WHERE state = 'closed') AS earned_amount
""")
