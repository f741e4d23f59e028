"""Handlers of `kernel`: housekeeping."""

from sqlmodel import Session

from agrimarket.kernel import deliveries, idempotency, schedule
from agrimarket.kernel.schedule import SlotDue
from workers.handling import effect


@effect(SlotDue)
def purge(session: Session, event: SlotDue) -> None:  # noqa: ARG001  # the slot does not matter
    """Delete handled messages, answers that are too old to be replayed, and past slots."""
    deliveries.purge(session)
    idempotency.purge(session)
    schedule.purge(session)
