"""Handlers of `accounts`."""

from sqlmodel import Session

from agrimarket.accounts.service import invitations, sign_in
from agrimarket.kernel.schedule import SlotDue
from workers.handling import effect


@effect(SlotDue)
def tidy(session: Session, event: SlotDue) -> None:  # noqa: ARG001  # the slot does not matter
    """Delete old sessions, codes and invitations."""
    sign_in.tidy(session)
    invitations.tidy(session)
