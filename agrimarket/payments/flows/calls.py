"""Calls to the provider: claimed in one transaction, made outside, their outcome recorded in another.

Whichever process is killed in between, a call happens once: one that began and has not ended is looked up, and is sent
again, under the same key, only if the provider does not know of it. `operations.py` says what each call does.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderError,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.payments.flows.operations import PROCEDURES
from agrimarket.payments.service import calls
from agrimarket.payments.service.calls import Call
from agrimarket.payments.states import CallState

log = structlog.get_logger(__name__)

PATIENCE = 20.0
"""Seconds after which a sweep begins no further item: the next one takes the rest, so no worker is killed."""
Item = TypeVar("Item")


def in_time(items: Iterable[Item]) -> Iterator[Item]:
    """Items, one after another, until `PATIENCE` is over."""
    until = time.monotonic() + PATIENCE
    for item in items:
        if time.monotonic() > until:
            return
        yield item


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call brought: a view of what it made or changed, or the error that it ended with."""

    call: Call
    view: Any = None
    error: ProviderError | None = None


def run(db: Database, gateway: PaymentGateway, call_id: UUID) -> None:
    """Make a call that was written down, unless somebody has; afterwards its outcome is recorded.

    Raises `ProviderRefused`, `ProviderUnavailable` or `ProviderUnknown` once that is recorded, for a caller who waits.
    """
    with db.transaction() as session:
        call = calls.claim(session, call_id)
    if call is not None:
        make(db, gateway, call)


def make(db: Database, gateway: PaymentGateway, call: Call) -> None:
    """Make a call that is claimed and record its outcome, which is raised as by `run` if it is an error."""
    answered = ask(gateway, call)
    with db.transaction() as session:
        record(session, answered)
    if answered.error is not None:
        raise answered.error


def ask(gateway: PaymentGateway, call: Call) -> Answered:
    """Make a call that is claimed, outside any transaction. Nothing is recorded: that is left to `record`."""
    name = call.operation.value
    failpoint(f"payments.before_{name}")
    try:
        view = PROCEDURES[call.operation].make(gateway, call)
    except ProviderError as error:
        return Answered(call, error=error)
    failpoint(f"payments.after_{name}")
    return Answered(call, view)


def record(session: Session, answered: Answered) -> None:
    """Write down what a call brought and all that follows from it; nothing if the call has ended meanwhile."""
    call, error = answered.call, answered.error
    procedure = PROCEDURES[call.operation]
    match error:
        case None:
            if calls.finish(session, call.id, CallState.DONE, result=answered.view):
                procedure.done(session, call, answered.view)
        case ProviderRefused():
            if calls.finish(session, call.id, CallState.REFUSED, error=f"{error.code} {error}"):
                procedure.refused(session, call.subject_id, error)
        case ProviderUnavailable():
            calls.mark_unsent(session, call.id, str(error))
        case _:
            _mark_unresolved(session, call, str(error))


def attempt(db: Database, gateway: PaymentGateway, call_id: UUID) -> None:
    """Make a call for whose outcome nobody waits: it is recorded, and the sweep resolves what stays open."""
    try:
        run(db, gateway, call_id)
    except (ProviderRefused, ProviderUnavailable, ProviderUnknown) as error:
        log.warning("call_open", call=str(call_id), error=f"{type(error).__name__}: {error}")


def resolve(db: Database, gateway: PaymentGateway, call_id: UUID) -> None:
    """Look up a call that is overdue and record its outcome; send it again if the provider does not know of it."""
    with db.transaction() as session:
        call = calls.claim_again(session, call_id)
    if call is None:
        return
    if call.unsent:
        make(db, gateway, call)
        return
    with db.transaction() as session:
        _mark_unresolved(session, call, "no answer recorded", claimed=True)
    view = PROCEDURES[call.operation].look_up(gateway, call)
    if view is None:
        make(db, gateway, call)
        return
    with db.transaction() as session:
        record(session, Answered(call, view))


def resolve_due(db: Database, gateway: PaymentGateway) -> int:
    """Resolve every call that is overdue; returns how many there were. One that stays open does not stop the others."""
    with db.transaction() as session:
        due = calls.overdue(session)
    for call_id in in_time(due):
        try:
            resolve(db, gateway, call_id)
        except (ProviderRefused, ProviderUnavailable, ProviderUnknown) as error:
            log.warning("call_unresolved", call=str(call_id), error=str(error))
    return len(due)


def _mark_unresolved(session: Session, call: Call, error: str, *, claimed: bool = False) -> None:
    if calls.mark_unresolved(session, call.id, error, claimed=claimed):
        PROCEDURES[call.operation].unresolved(session, call.subject_id)
