"""Registration and runs of handlers. A Celery task carries a delivery's id; effect and inbox row commit together."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlmodel import Session

from agrimarket.kernel import deliveries
from agrimarket.kernel.db import Database
from agrimarket.kernel.outbox import Event
from workers.celery_app import app, database

log = structlog.get_logger(__name__)
E = TypeVar("E", bound=Event)


def effect(event: type[E]) -> Callable[[Callable[[Session, E], None]], str]:
    """Register `handler(session, event)`, run in one transaction, in which the delivery is marked as handled first.

    Returns the handler's name, for `subscriptions.py`.
    """

    def register(handler: Callable[[Session, E], None]) -> str:
        def run(db: Database, delivery_id: UUID, payload: dict[str, Any]) -> None:
            with db.transaction() as session:
                if deliveries.finish(session, delivery_id):
                    handler(session, event.model_validate(payload))

        return _register(handler, run)

    return register


def flow(event: type[E], *, name: str | None = None) -> Callable[[Callable[[Database, E], None]], str]:
    """Register `handler(db, event)`, which calls outside services between its own transactions.

    It may run again after a crash, so each of its steps must find what an earlier run left. `name` is the name under
    which its deliveries are stored, if that is not `module.function`, for example because the function has moved.
    """

    def register(handler: Callable[[Database, E], None]) -> str:
        def run(db: Database, delivery_id: UUID, payload: dict[str, Any]) -> None:
            handler(db, event.model_validate(payload))
            with db.transaction() as session:
                deliveries.finish(session, delivery_id)

        return _register(handler, run, name)

    return register


def _register(
    handler: Callable[..., None], run: Callable[[Database, UUID, dict[str, Any]], None], name: str | None = None
) -> str:
    name = name or f"{handler.__module__.removeprefix('workers.tasks.')}.{handler.__name__}"

    def task(delivery_id: str) -> None:
        deliver(database(), UUID(delivery_id), name, run)

    app.task(name=name)(task)

    RUNNERS[name] = run
    return name


RUNNERS: dict[str, Callable[[Database, UUID, dict[str, Any]], None]] = {}
"""Every registered handler by name, for tests that run deliveries without a broker."""


class HandlerUnknown(LookupError):
    """Nobody handles this any more, or not yet: the delivery is older or newer than this process."""


def handled(db: Database, taken: Sequence[tuple[UUID, str]]) -> list[tuple[UUID, str]]:
    """Those of the deliveries that somebody handles. Each of the others has failed once more by this.

    A worker would throw them away, and they would be published for ever without ever being dead.
    """
    for delivery_id, name in taken:
        if name not in RUNNERS:
            deliver(db, delivery_id, name, _unknown)
    return [(delivery_id, name) for delivery_id, name in taken if name in RUNNERS]


def _unknown(_db: Database, _delivery_id: UUID, _payload: dict[str, Any]) -> None:
    raise HandlerUnknown("there is no handler of that name")


def deliver(db: Database, delivery_id: UUID, name: str, run: Callable[[Database, UUID, dict[str, Any]], None]) -> None:
    """Try one delivery once. A failure is stored with the delivery, which falls due again or is dead."""
    with db.transaction() as session:
        begun = deliveries.begin(session, delivery_id)
    if begun is None:
        return
    if begun.dead:
        log.error("delivery_dead", handler=name, delivery=str(delivery_id), error="the worker was lost each time")
        return
    with structlog.contextvars.bound_contextvars(request_id=begun.request_id, handler=name, delivery=str(delivery_id)):
        try:
            run(db, delivery_id, begun.payload)
        except Exception as error:  # any failure of a handler is recorded and retried, and ends as a dead letter
            with db.transaction() as session:
                dead = deliveries.fail(session, delivery_id, f"{type(error).__name__}: {error}")
            log.exception("delivery_dead" if dead else "delivery_failed", attempts=begun.attempts)
        else:
            log.info("delivery_handled", topic=begun.topic, attempts=begun.attempts)
