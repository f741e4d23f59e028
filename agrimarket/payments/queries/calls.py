"""Statements about calls to the provider. They move states in SQL, so that two workers never claim the same call."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.kernel.states import arrow
from agrimarket.payments.states import CALL_TRANSITIONS, CallState, Operation

_OPEN = (CallState.INTENT, CallState.UNRESOLVED)
_TO_UNRESOLVED = arrow(CALL_TRANSITIONS, _OPEN, CallState.UNRESOLVED)
_ENDS = {state: arrow(CALL_TRANSITIONS, _OPEN, state) for state in (CallState.DONE, CallState.REFUSED)}


def insert(session: Session, operation: Operation, subject_id: UUID, request: Mapping[str, Any]) -> UUID:
    """Write an intent with the key of its attempt; returns its id. The caller holds the subject's lock."""
    call_id = new_id()
    row = {"id": call_id, "operation": operation.value, "subject": subject_id, "request": dict(request)}
    session.connection().execute(_INSERT, row)
    return call_id


def claim(session: Session, call_id: UUID) -> Row[Any] | None:
    """Claim a call that nobody has made yet, for a minute."""
    return session.connection().execute(_CLAIM, {"id": call_id}).one_or_none()


def claim_again(session: Session, call_id: UUID) -> Row[Any] | None:
    """Claim a call that is overdue, for a minute; `unsent` if it was never made."""
    return session.connection().execute(_CLAIM_AGAIN, {"id": call_id}).one_or_none()


def overdue(session: Session, limit: int) -> list[UUID]:
    """Calls that have not ended and are due to be looked up, longest waiting first."""
    return list(session.connection().execute(_OVERDUE, {"limit": limit}).scalars())


def end(session: Session, call_id: UUID, state: CallState, result: Any, error: str | None) -> bool:
    """Move a call to `done` or `refused`; False if it has ended before."""
    row = {"id": call_id, "result": result, "error": error}
    return session.connection().execute(_END[state], row).rowcount == 1


def mark_unresolved(session: Session, call_id: UUID, error: str, *, claimed: bool) -> bool:
    """Move a call to `unresolved`, and unless it is `claimed` put off the next look-up; False if it has ended."""
    row = {"id": call_id, "error": error, "claimed": claimed}
    return session.connection().execute(_MARK_UNRESOLVED, row).rowcount == 1


def mark_unsent(session: Session, call_id: UUID, error: str) -> None:
    """Note that an intent was not sent after all, and put off the next try."""
    session.connection().execute(_MARK_UNSENT, {"id": call_id, "error": error})


def open_call(session: Session, operation: Operation, subject_id: UUID) -> UUID | None:
    """The newest call of that kind about the subject that has not ended."""
    row = {"operation": operation.value, "subject": subject_id}
    return session.connection().execute(_OPEN_CALL, row).scalar_one_or_none()


def has_failed(session: Session, call_id: UUID) -> bool:
    """Whether a call has not ended since the provider did not answer it."""
    return session.connection().execute(_HAS_FAILED, {"id": call_id}).scalar_one()


def latest_attempt(session: Session, payment_id: UUID) -> Mapping[str, Any] | None:
    """What the latest call asked for that created or confirmed this payment."""
    return session.connection().execute(_LATEST_ATTEMPT, {"subject": payment_id}).scalar_one_or_none()


def in_flight(session: Session) -> int:
    """Number of calls that have begun and not ended."""
    return session.connection().execute(_IN_FLIGHT).scalar_one()


_INSERT = text("""
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
_END = {
    state: text(f"""
        UPDATE provider_call SET state = {move.to}, result = :result, error = :error, finished_at = agrimarket_now()
        WHERE id = :id AND state IN ({move.sources})
    """).bindparams(bindparam("result", type_=JSONB))  # noqa: S608
    for state, move in _ENDS.items()
}
_BACK_OFF = "agrimarket_now() + least(interval '5 s' * power(2, least(calls, 10)), interval '1 h')"
_MARK_UNRESOLVED = text(f"""
    UPDATE provider_call SET state = {_TO_UNRESOLVED.to}, error = :error,
        retry_at = CASE WHEN :claimed THEN retry_at ELSE {_BACK_OFF} END
    WHERE id = :id AND state IN ({_TO_UNRESOLVED.sources})
""")  # noqa: S608
_MARK_UNSENT = text(f"""
    UPDATE provider_call SET called_at = NULL, error = :error, retry_at = {_BACK_OFF}
    WHERE id = :id AND state = 'intent'
""")  # noqa: S608
_OPEN_CALL = text("""
    SELECT id FROM provider_call
    WHERE operation = :operation AND subject_id = :subject AND state IN ('intent', 'unresolved')
    ORDER BY attempt DESC LIMIT 1
""")
_HAS_FAILED = text("""
    SELECT EXISTS (SELECT FROM provider_call WHERE id = :id AND state IN ('intent', 'unresolved') AND error IS NOT NULL)
""")
_LATEST_ATTEMPT = text("""
    SELECT request FROM provider_call
    WHERE operation IN ('create_payment', 'confirm_payment') AND subject_id = :subject
    ORDER BY operation, attempt DESC LIMIT 1
""")
_IN_FLIGHT = text("""
    SELECT count(*) FROM provider_call WHERE state = 'unresolved' OR state = 'intent' AND called_at IS NOT NULL
""")
