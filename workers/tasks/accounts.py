"""Handlers of `accounts`."""

from sqlmodel import Session

from agrimarket.accounts import service
from agrimarket.kernel.schedule import SlotDue
from workers.handling import effect


@effect(SlotDue)
def tidy(session: Session, event: SlotDue) -> None:  # noqa: ARG001  # the slot does not matter
    """Old sessions and codes are deleted."""
    service.tidy(session)
