"""Calls that move money, on our side: written down, claimed, finished. Nothing here talks to the provider.

A call is made by whoever claims it. One that was claimed and never finished, or whose answer was lost, is looked up
before it is made again, and then under the same key (invariant 11).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.payments.events import CallPrepared
from agrimarket.payments.states import CallState, Operation


@dataclass(frozen=True, slots=True)
class Call:
    """A claimed call. `unsent`: it surely never reached the provider, so that it needs no look-up."""

    id: UUID
    key: str
    operation: Operation
    subject_id: UUID
    request: Mapping[str, Any]
    unsent: bool


def prepare(
    session: Session, operation: Operation, subject_id: UUID, request: Mapping[str, Any], *, tell: bool = True
) -> UUID:
    """Write down a call about `subject_id`, which the caller has locked, and its key; its id.

    With `tell`, a worker makes it; otherwise the caller will, and the sweep if the caller does not.
    """
    session.flush()  # the statement below refers to rows that may still wait in the session
    call_id = new_id()
    row = {"id": call_id, "operation": operation.value, "subject": subject_id, "request": dict(request)}
    session.connection().execute(_PREPARE, row)
    if tell:
        outbox.record(session, CallPrepared(call_id=call_id))
    return call_id


def claim(session: Session, call_id: UUID) -> Call | None:
    """Take a call that nobody has made yet; None if somebody has."""
    return _call(session, _CLAIM, call_id)


def claim_again(session: Session, call_id: UUID) -> Call | None:
    """Take a call that was begun and not finished, or never begun, once it is due for that; None if it is not."""
    return _call(session, _CLAIM_AGAIN, call_id)


def overdue(session: Session, limit: int = 50) -> list[UUID]:
    """Calls that are to be claimed again, longest waiting first."""
    return list(session.connection().execute(_OVERDUE, {"limit": limit}).scalars())


def finish(session: Session, call_id: UUID, state: CallState, *, result: object = None, error: str = "") -> bool:
    """Record how a call ended; False if that was recorded before, and then nothing more is to be done."""
    details = None if result is None else _json(asdict(result))  # type: ignore[call-overload]  # a view
    row = {"id": call_id, "state": state.value, "result": details, "error": error[:500] or None}
    return session.connection().execute(_FINISH, row).rowcount == 1


def unresolved(session: Session, call_id: UUID, error: str, *, claimed: bool = False) -> bool:
    """Its answer was lost: the sweep looks it up, a little later each time. False if it has ended meanwhile.

    `claimed`: somebody is at it now, so that nobody else is for a minute.
    """
    row = {"id": call_id, "error": error[:500], "claimed": claimed}
    return session.connection().execute(_UNRESOLVED, row).rowcount == 1


def unsent(session: Session, call_id: UUID, error: str) -> None:
    """It surely did not reach the provider: the sweep sends it again, a little later each time."""
    session.connection().execute(_UNSENT, {"id": call_id, "error": error[:500]})


def is_open(session: Session, operation: Operation, subject_id: UUID) -> bool:
    """Whether a call of that kind about the subject has not ended."""
    row = {"operation": operation.value, "subject": subject_id}
    return session.connection().execute(_OPEN, row).first() is not None


def newest(session: Session, operation: Operation, subject_id: UUID) -> UUID | None:
    """The newest call of that kind about the subject, ended or not."""
    row = {"operation": operation.value, "subject": subject_id}
    return session.connection().execute(_NEWEST, row).scalar_one_or_none()


def in_flight(session: Session) -> int:
    """How many calls have begun and not ended: what a comparison of balances cannot know yet."""
    return session.connection().execute(_IN_FLIGHT).scalar_one()


def _call(session: Session, statement: Any, call_id: UUID) -> Call | None:
    row = session.connection().execute(statement, {"id": call_id}).one_or_none()
    if row is None:
        return None
    return Call(row.id, row.key, Operation(row.operation), row.subject_id, row.request, row.unsent)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value if value is None or isinstance(value, str | int) else str(value)


_PREPARE = text("""
    INSERT INTO provider_call (id, key, operation, subject_id, attempt, request, state, retry_at)
    SELECT :id, :operation || ':' || CAST(:subject AS text) || ':' || n, :operation, :subject, n, :request, 'intent',
           agrimarket_now() + interval '90 s'
    FROM (
        SELECT coalesce(max(attempt), 0) + 1 AS n FROM provider_call
        WHERE operation = :operation AND subject_id = :subject
    ) AS attempts
""").bindparams(bindparam("request", type_=JSONB))
_CLAIM = text("""
    UPDATE provider_call SET called_at = agrimarket_now(), calls = calls + 1,
        retry_at = agrimarket_now() + interval '60 s'
    WHERE id = :id AND state = 'intent' AND called_at IS NULL
    RETURNING id, key, operation, subject_id, request, true AS unsent
""")
_CLAIM_AGAIN = text("""
    WITH due AS (
        SELECT id, called_at IS NULL AS unsent FROM provider_call
        WHERE id = :id AND state IN ('intent', 'unresolved') AND retry_at <= agrimarket_now() FOR UPDATE
    )
    UPDATE provider_call AS c SET called_at = agrimarket_now(), calls = calls + 1,
        retry_at = agrimarket_now() + interval '60 s'
    FROM due WHERE c.id = due.id
    RETURNING c.id, c.key, c.operation, c.subject_id, c.request, due.unsent
""")
_OVERDUE = text("""
    SELECT id FROM provider_call WHERE state IN ('intent', 'unresolved') AND retry_at <= agrimarket_now()
    ORDER BY retry_at LIMIT :limit
""")
_FINISH = text("""
    UPDATE provider_call SET state = :state, result = :result, error = :error, finished_at = agrimarket_now()
    WHERE id = :id AND state IN ('intent', 'unresolved')
""").bindparams(bindparam("result", type_=JSONB))
_BACK_OFF = "agrimarket_now() + least(interval '5 s' * power(2, least(calls, 10)), interval '1 h')"
_UNRESOLVED = text(f"""
    UPDATE provider_call SET state = 'unresolved', error = :error,
        retry_at = CASE WHEN :claimed THEN retry_at ELSE {_BACK_OFF} END
    WHERE id = :id AND state IN ('intent', 'unresolved')
""")  # noqa: S608
_UNSENT = text(f"""
    UPDATE provider_call SET called_at = NULL, error = :error, retry_at = {_BACK_OFF}
    WHERE id = :id AND state = 'intent'
""")  # noqa: S608
_OPEN = text("""
    SELECT id FROM provider_call
    WHERE operation = :operation AND subject_id = :subject AND state IN ('intent', 'unresolved') LIMIT 1
""")
_NEWEST = text("""
    SELECT id FROM provider_call WHERE operation = :operation AND subject_id = :subject ORDER BY attempt DESC LIMIT 1
""")
_IN_FLIGHT = text("""
    SELECT count(*) FROM provider_call WHERE state = 'unresolved' OR state = 'intent' AND called_at IS NOT NULL
""")
