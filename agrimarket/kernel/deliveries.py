"""Deliveries from the outbox to handlers: statements for the relay, the workers and the operator.

`expand` makes deliveries of new messages; `take` and `confirm` bracket the publishing of those that are due; `begin`,
`finish` and `fail` bracket a handler. Nothing is lost, whatever is killed between two of them: an unconfirmed or
unhandled delivery falls due again, and one that was begun `MAX_ATTEMPTS` times without an end is dead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlmodel import Session

from agrimarket.kernel.masking import mask_error
from agrimarket.kernel.model import Timestamp
from agrimarket.kernel.waiting import Waiting

MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Begun:
    """A delivery for its handler. `dead` means that this attempt was one too many, and the handler must not run."""

    dead: bool
    topic: str
    payload: dict[str, Any]
    request_id: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that is dead: which handler failed at which event, why, and since when."""

    id: UUID
    topic: str
    handler: str
    payload: dict[str, Any]
    error: str
    attempts: int
    created_at: datetime
    died_at: datetime
    request_id: str | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Backlog of the handlers. `lag` is the age of the oldest due delivery, in seconds."""

    unrelayed: int
    waiting: int
    dead: int
    lag: float


def expand(session: Session, subscriptions: Mapping[str, Sequence[str]], limit: int = 500) -> int:
    """Make a delivery for each subscribed handler of up to `limit` new messages; returns the number of messages."""
    pairs = [(topic, handler) for topic, handlers in subscriptions.items() for handler in handlers]
    row = {"limit": limit, "topics": [topic for topic, _ in pairs], "handlers": [handler for _, handler in pairs]}
    return session.connection().execute(_EXPAND, row).rowcount


def take(session: Session, limit: int = 200) -> list[tuple[UUID, str]]:
    """Take up to `limit` due deliveries (id, handler), held for five seconds in which they are to be published."""
    return [(row.id, row.handler) for row in session.connection().execute(_TAKE, {"limit": limit})]


def confirm(session: Session, ids: Sequence[UUID]) -> None:
    """Confirm that the broker has them. Those unhandled after a minute, doubled each time, are published again."""
    session.connection().execute(_CONFIRM, {"ids": list(ids)})


def begin(session: Session, delivery_id: UUID) -> Begun | None:
    """Count an attempt and return the message; None if it is handled or was dead before."""
    row = session.connection().execute(_BEGIN, {"id": delivery_id, "max": MAX_ATTEMPTS}).one_or_none()
    if row is None:
        return None
    return Begun(row.state == "dead", row.topic, row.payload, row.request_id, row.attempts)


def finish(session: Session, delivery_id: UUID) -> bool:
    """Mark a delivery as handled, in the transaction of its effect and before it; False if another has done so."""
    return session.connection().execute(_FINISH, {"id": delivery_id}).rowcount == 1


def fail(session: Session, delivery_id: UUID, error: str) -> bool:
    """Record the error, masked, and plan another try (10 s, 20 s, 40 s …); True if that was the last and it is dead."""
    row = {"id": delivery_id, "error": mask_error(error)[:2_000], "max": MAX_ATTEMPTS}
    return session.connection().execute(_FAIL, row).scalar_one_or_none() == "dead"


def requeue(session: Session, delivery_id: UUID) -> bool:
    """Give a dead delivery its attempts back; False if it is not dead."""
    return session.connection().execute(_REQUEUE, {"id": delivery_id}).rowcount == 1


def abandon(session: Session, delivery_id: UUID) -> bool:
    """Let a dead delivery rest for good; False if it is not dead."""
    return session.connection().execute(_ABANDON, {"id": delivery_id}).rowcount == 1


def dead_letters(session: Session, after: tuple[datetime, UUID] | None, limit: int) -> list[DeadLetter]:
    """Dead deliveries after (died at, id), the one that is dead for longest first; on a partial index."""
    died_at, last = after or (None, None)
    rows = session.connection().execute(_DEAD, _dead(limit, died_at=died_at, last=last))
    return [DeadLetter(*row) for row in rows]


def dead_letter(session: Session, delivery_id: UUID) -> DeadLetter | None:
    """One of `dead_letters`; None if it is not dead."""
    row = session.connection().execute(_DEAD, _dead(1, id=delivery_id)).one_or_none()
    return None if row is None else DeadLetter(*row)


def known(session: Session, delivery_id: UUID) -> bool:
    """Whether there is such a delivery, in whatever state."""
    return session.connection().execute(_KNOWN, {"id": delivery_id}).scalar_one()


def dead_waiting(session: Session) -> Waiting:
    """How many deliveries are dead, and since when the oldest of them is."""
    return Waiting(*session.connection().execute(_DEAD_WAITING).one())


def _dead(limit: int, **given: Any) -> dict[str, Any]:
    return {"died_at": None, "last": None, "id": None, "limit": limit} | given


def backlog(session: Session) -> Backlog:
    """Figures for metrics, health and alarms; one statement on partial indexes."""
    row = session.connection().execute(_BACKLOG).one()
    return Backlog(row.unrelayed, row.waiting, row.dead, float(row.lag))


def overdue(session: Session) -> float:
    """For how many seconds a message has waited for the relay, or a delivery to be published; 0 where none does."""
    return float(session.connection().execute(_OVERDUE).scalar_one())


def purge(session: Session, days: int = 14, limit: int = 10_000) -> int:
    """Delete up to `limit` messages whose deliveries were all handled or abandoned, the last `days` ago; how many."""
    return session.connection().execute(_PURGE, {"days": days, "limit": limit}).rowcount


_EXPAND = text("""
    WITH batch AS MATERIALIZED (
        SELECT id, topic FROM outbox_message WHERE relayed_at IS NULL
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), made AS (
        INSERT INTO delivery (id, message_id, handler, state, attempts, publishes)
        SELECT gen_random_uuid(), batch.id, s.handler, 'pending', 0, 0
        FROM batch JOIN unnest(CAST(:topics AS text[]), CAST(:handlers AS text[])) AS s (topic, handler) USING (topic)
        ON CONFLICT (message_id, handler) DO NOTHING
    )
    UPDATE outbox_message AS o SET relayed_at = agrimarket_now() FROM batch WHERE o.id = batch.id
""")
_TAKE = text("""
    WITH due AS MATERIALIZED (
        SELECT id FROM delivery WHERE state IN ('pending', 'published') AND due_at <= agrimarket_now()
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery AS d SET due_at = agrimarket_now() + interval '5 s' FROM due WHERE d.id = due.id
    RETURNING d.id, d.handler
""")
_CONFIRM = text("""
    UPDATE delivery SET state = 'published', publishes = publishes + 1,
        due_at = agrimarket_now() + interval '60 s' * power(2, least(publishes, 6))
    WHERE id = ANY(:ids) AND state IN ('pending', 'published')
""")
_BEGIN = text("""
    UPDATE delivery AS d SET
        attempts = attempts + 1,
        state = CASE WHEN attempts >= :max THEN 'dead' ELSE 'published' END,
        last_error = CASE WHEN attempts >= :max THEN coalesce(last_error, 'the worker was lost each time')
            ELSE last_error END,
        died_at = CASE WHEN attempts >= :max THEN agrimarket_now() END,
        due_at = greatest(due_at, agrimarket_now() + interval '60 s')
    FROM outbox_message AS o
    WHERE d.id = :id AND o.id = d.message_id AND d.state IN ('pending', 'published')
    RETURNING d.state, d.attempts, o.topic, o.payload, o.request_id
""")
_FINISH = text("""
    UPDATE delivery SET state = 'handled', handled_at = agrimarket_now(), last_error = NULL
    WHERE id = :id AND state NOT IN ('handled', 'abandoned')
""")
_FAIL = text("""
    UPDATE delivery SET last_error = :error,
        state = CASE WHEN attempts >= :max THEN 'dead' ELSE 'pending' END,
        died_at = CASE WHEN attempts >= :max THEN agrimarket_now() END,
        due_at = agrimarket_now() + interval '5 s' * power(2, attempts)
    WHERE id = :id AND state IN ('pending', 'published')
    RETURNING state
""")
_REQUEUE = text("""
    UPDATE delivery SET state = 'pending', attempts = 0, publishes = 0, died_at = NULL, due_at = agrimarket_now()
    WHERE id = :id AND state = 'dead'
""")
_ABANDON = text("""
    UPDATE delivery SET state = 'abandoned', handled_at = agrimarket_now() WHERE id = :id AND state = 'dead'
""")
# A delivery that died before `died_at` was written is dead since it was last due.
_DEAD = text("""
    SELECT d.id, o.topic, d.handler, o.payload, coalesce(d.last_error, '') AS error, d.attempts, d.created_at,
        coalesce(d.died_at, d.due_at) AS since, o.request_id
    FROM delivery AS d JOIN outbox_message AS o ON o.id = d.message_id
    WHERE d.state = 'dead' AND (CAST(:id AS uuid) IS NULL OR d.id = :id)
        AND (CAST(:last AS uuid) IS NULL OR (coalesce(d.died_at, d.due_at), d.id) > (:died_at, :last))
    ORDER BY since, d.id LIMIT :limit
""").bindparams(bindparam("died_at", type_=Timestamp))
_KNOWN = text("SELECT EXISTS (SELECT FROM delivery WHERE id = :id)")
_DEAD_WAITING = text("SELECT count(*), min(coalesce(died_at, due_at)) FROM delivery WHERE state = 'dead'")
_BACKLOG = text("""
    SELECT (SELECT count(*) FROM outbox_message WHERE relayed_at IS NULL) AS unrelayed,
           count(*) FILTER (WHERE state <> 'dead') AS waiting,
           count(*) FILTER (WHERE state = 'dead') AS dead,
           coalesce(extract(epoch FROM agrimarket_now() - min(created_at) FILTER (WHERE state <> 'dead')), 0) AS lag
    FROM delivery WHERE state IN ('pending', 'published', 'dead')
""")
_OVERDUE = text("""
    SELECT coalesce(extract(epoch FROM agrimarket_now() - least(
        (SELECT min(created_at) FROM outbox_message WHERE relayed_at IS NULL),
        (SELECT min(due_at) FROM delivery WHERE state IN ('pending', 'published') AND due_at <= agrimarket_now())
    )), 0)
""")
_PURGE = text("""
    WITH old AS MATERIALIZED (
        SELECT o.id FROM outbox_message AS o
        WHERE o.relayed_at < agrimarket_now() - interval '1 day' * :days AND NOT EXISTS (
            SELECT FROM delivery AS d WHERE d.message_id = o.id
                AND (d.state NOT IN ('handled', 'abandoned')
                    OR d.handled_at >= agrimarket_now() - interval '1 day' * :days)
        )
        ORDER BY o.id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM outbox_message AS m USING old WHERE m.id = old.id
""")
