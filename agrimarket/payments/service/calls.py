"""Calls to the provider, on our side: written down, claimed, ended. Nothing here talks to the provider.

The process that claims a call makes it. A call that was claimed and has not ended, or whose answer was lost, is looked
up before it is made again, and then under the same key (invariant 11).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.masking import mask_error
from agrimarket.payments.events import CallPrepared
from agrimarket.payments.queries import calls as queries
from agrimarket.payments.states import CallState, Operation

_ERROR = 500
"""Characters of an error that are kept at most."""


@dataclass(frozen=True, slots=True)
class Call:
    """A claimed call. `unsent`: it certainly never reached the provider, so it needs no look-up."""

    id: UUID
    key: str
    operation: Operation
    subject_id: UUID
    request: Mapping[str, Any]
    unsent: bool


def prepare(
    session: Session, operation: Operation, subject_id: UUID, request: Mapping[str, Any], *, by_worker: bool = True
) -> UUID:
    """Write down a call about `subject_id`, which the caller has locked, and its key; returns the call's id.

    A worker makes it after the commit. Without `by_worker` the caller does, and the sweep if the caller does not.
    """
    session.flush()  # the statement refers to rows that may still wait in the session
    call_id = queries.insert(session, operation, subject_id, request)
    if by_worker:
        outbox.record(session, CallPrepared(call_id=call_id))
    return call_id


def first(operation: Operation, subject_id: UUID, request: Mapping[str, Any]) -> Call:
    """The first call of its kind about a subject that is about to be written, which it is written and claimed with."""
    key = f"{operation.value}:{subject_id}:1"
    return Call(new_id(), key, operation, subject_id, request, unsent=True)


def claim(session: Session, call_id: UUID) -> Call | None:
    """Claim a call that nobody has made yet; None if somebody has."""
    return _call(queries.claim(session, call_id))


def claim_again(session: Session, call_id: UUID) -> Call | None:
    """Claim a call that began and has not ended, or never began, once it is overdue; None before that."""
    return _call(queries.claim_again(session, call_id))


def overdue(session: Session, limit: int = 50) -> list[UUID]:
    """Calls that are to be claimed again, longest waiting first."""
    return queries.overdue(session, limit)


def finish(session: Session, call_id: UUID, state: CallState, *, result: Any = None, error: str = "") -> bool:
    """Record that a call ended `done` or `refused`; False if it had ended before; the caller then does nothing more.

    `result` is what the provider answered, a dataclass.
    """
    details = None if result is None else _json(asdict(result))
    return queries.end(session, call_id, state, details, mask_error(error)[:_ERROR] or None)


def mark_unresolved(session: Session, call_id: UUID, error: str, *, claimed: bool = False) -> bool:
    """Record that the answer was lost: the sweep looks the call up, a little later each time.

    `claimed`: a process has it now, and no other takes it for a minute. False if it has ended meanwhile.
    """
    return queries.mark_unresolved(session, call_id, mask_error(error)[:_ERROR], claimed=claimed)


def mark_unsent(session: Session, call_id: UUID, error: str) -> None:
    """Record that the call certainly did not reach the provider: the sweep sends it, a little later each time."""
    queries.mark_unsent(session, call_id, mask_error(error)[:_ERROR])


def open_call(session: Session, operation: Operation, subject_id: UUID) -> UUID | None:
    """The call of that kind about the subject that has not ended."""
    return queries.open_call(session, operation, subject_id)


def is_open(session: Session, operation: Operation, subject_id: UUID) -> bool:
    """Whether a call of that kind about the subject has not ended."""
    return queries.open_call(session, operation, subject_id) is not None


def has_failed(session: Session, call_id: UUID) -> bool:
    """Whether a call is open because the provider did not answer it; one that is only under way has not failed."""
    return queries.has_failed(session, call_id)


def in_flight(session: Session) -> int:
    """Number of calls that have begun and not ended; a comparison of balances cannot know their effect yet."""
    return queries.in_flight(session)


def _call(row: Row[Any] | None) -> Call | None:
    if row is None:
        return None
    return Call(row.id, row.key, Operation(row.operation), row.subject_id, row.request, row.unsent)


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value if value is None or isinstance(value, str | int) else str(value)
