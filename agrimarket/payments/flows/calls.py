"""Calls to the provider: claimed in one transaction, made outside, their outcome recorded in another.

Whichever process is killed in between, a call happens once: one that began and has not ended is looked up, and is sent
again, under the same key, only if the provider does not know of it. `operations.py` says what each call does.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel import Session

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
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


def run(db: Database, gateway: PaymentGateway, call_id: UUID) -> None:
    """Make a call that was written down, unless somebody has; afterwards its outcome is recorded.

    Raises `ProviderRefused`, `ProviderUnavailable` or `ProviderUnknown` once that is recorded, for a caller who waits.
    """
    with db.transaction() as session:
        call = calls.claim(session, call_id)
    if call is not None:
        _make(db, gateway, call)


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
        _make(db, gateway, call)
        return
    with db.transaction() as session:
        _mark_unresolved(session, call, "no answer recorded", claimed=True)
    view = PROCEDURES[call.operation].look_up(gateway, call)
    if view is None:
        _make(db, gateway, call)
    else:
        _record(db, call, view)


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


def _make(db: Database, gateway: PaymentGateway, call: Call) -> None:
    procedure, name = PROCEDURES[call.operation], call.operation.value
    failpoint(f"payments.before_{name}")
    try:
        view = procedure.make(gateway, call)
    except ProviderRefused as error:
        with db.transaction() as session:
            if calls.finish(session, call.id, CallState.REFUSED, error=f"{error.code} {error}"):
                procedure.refused(session, call.subject_id, error)
        raise
    except ProviderUnavailable as error:
        with db.transaction() as session:
            calls.mark_unsent(session, call.id, str(error))
        raise
    except ProviderUnknown as error:
        with db.transaction() as session:
            _mark_unresolved(session, call, str(error))
        raise
    failpoint(f"payments.after_{name}")
    _record(db, call, view)


def _record(db: Database, call: Call, view: Any) -> None:
    with db.transaction() as session:
        if calls.finish(session, call.id, CallState.DONE, result=view):
            PROCEDURES[call.operation].done(session, call, view)


def _mark_unresolved(session: Session, call: Call, error: str, *, claimed: bool = False) -> None:
    if calls.mark_unresolved(session, call.id, error, claimed=claimed):
        PROCEDURES[call.operation].unresolved(session, call.subject_id)
