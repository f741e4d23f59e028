"""Tasks: leased, kept, returned, and listed as a coach's queue."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session, col, select

from agrimarket.coaching.models import CoachingCase, CoachingTask
from agrimarket.coaching.rules import MAX_HELD_TASKS
from agrimarket.coaching.states import LEASED, TASK_TRANSITIONS, TaskState
from agrimarket.kernel.db import locked
from agrimarket.kernel.states import arrow
from agrimarket.kernel.waiting import Waiting


def lease(session: Session, coach_id: UUID, task_id: UUID | None, length: timedelta) -> CoachingTask | None:
    """Lease that task, or the coach's first ready one, if the coach has room; None if nothing could be leased.

    One statement on the database's clock: the coach's row, then the task's, then the lease, its fence and its event.
    A second one reads the task.
    """
    row = {"coach": coach_id, "task": task_id, "lease": length, "max": MAX_HELD_TASKS}
    leased = session.connection().execute(_LEASE, row).scalar_one_or_none()
    return None if leased is None else find(session, leased)


def heartbeat(session: Session, task_id: UUID, coach_id: UUID, fence: int, length: timedelta) -> datetime | None:
    """Extend the lease to `length` from now and mark the work begun; its end, or None if it is not held any more."""
    row = {"task": task_id, "coach": coach_id, "fence": fence, "lease": length}
    return session.connection().execute(_HEARTBEAT, row).scalar_one_or_none()


def lock_leased(session: Session, task_id: UUID, coach_id: UUID, fence: int) -> CoachingTask | None:
    """The task, locked, if that coach holds that very lease and it has not lapsed."""
    statement = select(CoachingTask).where(
        CoachingTask.id == task_id,
        CoachingTask.holder_id == coach_id,
        CoachingTask.fence == fence,
        text("lease_until > agrimarket_now()"),
    )
    return session.exec(locked(statement)).one_or_none()


def find(session: Session, task_id: UUID) -> CoachingTask | None:
    """The task as it stands in the database."""
    return session.get(CoachingTask, task_id, populate_existing=True)


def of_case(session: Session, case_id: UUID, *, lock: bool = False) -> list[CoachingTask]:
    """The case's tasks in the order of its plan."""
    statement = select(CoachingTask).where(CoachingTask.case_id == case_id).order_by(col(CoachingTask.position))
    return list(session.exec(locked(statement) if lock else statement))


def queue(session: Session, coach_id: UUID, limit: int) -> list[tuple[CoachingTask, CoachingCase]]:
    """Tasks that the coach can work on, held or ready, earliest due first."""
    workable = [TaskState.READY, TaskState.RESERVED, TaskState.IN_PROGRESS, TaskState.SUSPENDED]
    statement = (
        select(CoachingTask, CoachingCase)
        .join(CoachingCase, col(CoachingCase.id) == col(CoachingTask.case_id))
        .where(CoachingTask.coach_id == coach_id, col(CoachingTask.state).in_(workable))
        .order_by(col(CoachingTask.due_key), col(CoachingTask.id))
        .limit(limit)
    )
    return [(task, case) for task, case in session.exec(statement)]


def waiting(session: Session, coach_id: UUID) -> Waiting:
    """How many tasks of a coach are ready or held, and when the first is due."""
    return Waiting(*session.connection().execute(_WAITING, {"coach": coach_id}).one())


def release_lapsed(session: Session) -> int:
    """Put tasks whose lease has lapsed back into their queues; returns how many."""
    return session.connection().execute(_RELEASE_LAPSED).rowcount


def release_all(session: Session, coach_id: UUID) -> int:
    """Return the tasks that a coach holds to their queues; how many."""
    return session.connection().execute(_RELEASE_ALL, {"coach": coach_id}).rowcount


_WAITING = text("""
    SELECT count(*), min(due_key) FROM coaching_task
    WHERE coach_id = :coach AND state IN ('ready', 'reserved', 'in_progress', 'suspended')
""")
_RESERVE = arrow(TASK_TRANSITIONS, [TaskState.READY], TaskState.RESERVED)
_BEGIN = arrow(TASK_TRANSITIONS, [TaskState.RESERVED], TaskState.IN_PROGRESS)
_RETURN = arrow(TASK_TRANSITIONS, LEASED, TaskState.READY)
_LEASE = text(f"""
    WITH room AS MATERIALIZED (
        SELECT person_id FROM coach WHERE person_id = :coach AND held_tasks < :max FOR NO KEY UPDATE
    ), chosen AS MATERIALIZED (
        SELECT t.id FROM coaching_task AS t, room
        WHERE t.coach_id = room.person_id AND t.state IN ({_RESERVE.sources})
          AND (CAST(:task AS uuid) IS NULL OR t.id = :task)
        ORDER BY t.due_key, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED
    ), leased AS (
        UPDATE coaching_task AS t SET state = {_RESERVE.to}, holder_id = :coach, fence = t.fence + 1,
            lease_until = agrimarket_now() + :lease
        FROM chosen WHERE t.id = chosen.id
        RETURNING t.id, t.case_id, t.fence, t.lease_until
    ), counted AS (
        UPDATE coach SET held_tasks = held_tasks + 1 FROM leased WHERE person_id = :coach
    ), logged AS (
        INSERT INTO coaching_event (id, case_id, task_id, actor_id, act, fence)
        SELECT gen_random_uuid(), case_id, id, :coach, 'claimed', fence FROM leased
    )
    SELECT id FROM leased
""").bindparams(bindparam("lease", type_=Interval))  # noqa: S608  # states alone are put in
_HEARTBEAT = text(f"""
    UPDATE coaching_task SET lease_until = agrimarket_now() + :lease, state = {_BEGIN.to}
    WHERE id = :task AND holder_id = :coach AND fence = :fence AND lease_until > agrimarket_now()
      AND state IN ({_BEGIN.sources}, {_BEGIN.to})
    RETURNING lease_until
""").bindparams(bindparam("lease", type_=Interval))  # noqa: S608  # states alone are put in
_RELEASE = f"""
    WITH lapsed AS MATERIALIZED (
        SELECT id, case_id, holder_id, fence FROM coaching_task
        WHERE {{which}} AND state IN ({_RETURN.sources})
        ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
    ), counted AS (
        UPDATE coach SET held_tasks = greatest(held_tasks - n, 0)
        FROM (SELECT holder_id, count(*)::int AS n FROM lapsed GROUP BY holder_id) AS h WHERE person_id = h.holder_id
    ), logged AS (
        INSERT INTO coaching_event (id, case_id, task_id, actor_id, act, fence)
        SELECT gen_random_uuid(), case_id, id, holder_id, '{{act}}', fence FROM lapsed
    )
    UPDATE coaching_task AS t SET state = {_RETURN.to}, holder_id = NULL, lease_until = NULL
    FROM lapsed WHERE t.id = lapsed.id
"""  # noqa: S608  # states alone are put in
_RELEASE_LAPSED = text(_RELEASE.format(which="lease_until <= agrimarket_now()", act="lapsed"))
_RELEASE_ALL = text(_RELEASE.format(which="holder_id = :coach", act="released"))
