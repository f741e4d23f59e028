"""Handlers of `notifications`, which tell people about events."""

from collections.abc import Mapping, Sequence

from agrimarket.accounts.events import CodeRequested, StaffInvited
from agrimarket.kernel.db import Database
from agrimarket.kernel.outbox import Event
from agrimarket.notifications.flows import sending
from agrimarket.notifications.flows.sending import Senders
from agrimarket.notifications.rules import NEWS
from workers.handling import flow


@flow(CodeRequested)
def send_code(db: Database, event: CodeRequested) -> None:
    """Send a sign-in code to its phone."""
    sending.send_code(db, Senders.configured(), event.code_id)


@flow(StaffInvited)
def send_invitation(db: Database, event: StaffInvited) -> None:
    """Send a member of staff the link to set password and authenticator."""
    sending.send_invitation(db, Senders.configured(), event)


def _teller(kind: type[Event]) -> str:
    def tell(db: Database, event: Event) -> None:
        sending.tell(db, Senders.configured(), event)

    tell.__name__ = f"tell_{kind.topic.replace('.', '_')}"
    return flow(kind)(tell)


TOLD: Mapping[str, Sequence[str]] = {
    CodeRequested.topic: [send_code],
    StaffInvited.topic: [send_invitation],
    **{kind.topic: [_teller(kind)] for kind in NEWS},
}
"""Topic → handlers, for `subscriptions.py`."""
