"""Handlers for fault tests only. `celery -A tests.faults.handlers worker` runs them beside the product's.

Importing this module subscribes them, so only processes of their own import it.
"""

import os
import signal
import time
from typing import cast

from celery import signals
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.events import CodeRequested
from agrimarket.kernel.schedule import SlotDue
from tests.faults.messages import Struck
from workers import subscriptions
from workers.celery_app import app
from workers.handling import effect

__all__ = ["app"]


@signals.task_prerun.connect
def _taken(**_: object) -> None:
    """Write one line for each task that reaches a child, handled before or not."""
    os.write(1, b"task taken\n")


@effect(Struck)
def leave_a_row(session: Session, event: Struck) -> None:
    """Write a row: the effect that must happen exactly once."""
    if event.poison:
        os.kill(os.getpid(), signal.SIGKILL)
    session.connection().execute(text("INSERT INTO fault_effect (number) VALUES (:n)"), {"n": event.number})
    time.sleep(event.milliseconds / 1000)  # work during which a kill can strike


@effect(CodeRequested)
def leave_a_code(session: Session, event: CodeRequested) -> None:
    """Write one row for each requested code, for which the product would send a message."""
    session.connection().execute(text("INSERT INTO fault_code (code_id) VALUES (:id)"), {"id": event.code_id})


@effect(SlotDue)
def leave_a_slot(session: Session, event: SlotDue) -> None:
    """Write one row for each slot."""
    row = {"slot": event.slot}
    session.connection().execute(text("INSERT INTO fault_slot (slot) VALUES (:slot)"), row)


_all = cast("dict[str, tuple[str, ...]]", subscriptions.SUBSCRIPTIONS)
_all[Struck.topic] = (leave_a_row,)
_all[CodeRequested.topic] = (leave_a_code,)
_all["schedule.fault"] = (leave_a_slot,)
