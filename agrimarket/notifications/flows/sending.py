"""Sending: record what is to be sent, send it, record the result.

An event that arrives twice is told once. If a process dies, or a connection breaks, after the provider took a
message and before that is recorded, the message is sent again with the same key: better twice than not at all.
"""

from dataclasses import dataclass
from uuid import UUID

from agrimarket.accounts.events import StaffInvited
from agrimarket.integrations.email import EmailSender, email_sender
from agrimarket.integrations.sending import SendFailed
from agrimarket.integrations.sms import SmsSender, sms_sender
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.outbox import Event
from agrimarket.notifications.service import sending
from agrimarket.notifications.service.sending import Outgoing
from agrimarket.notifications.states import Channel


@dataclass(frozen=True)
class Senders:
    """The providers that carry messages."""

    sms: SmsSender
    email: EmailSender

    @classmethod
    def configured(cls) -> "Senders":
        """The providers that the settings name."""
        return cls(sms_sender(), email_sender())

    def send(self, message: Outgoing) -> str:
        """Send `message`; returns the provider's reference. `SendFailed`."""
        key = str(message.id)
        if message.channel is Channel.SMS:
            return self.sms.send(message.to, message.body, language=message.language, key=key)
        return self.email.send(message.to, message.subject, message.body, language=message.language, key=key)


def tell(db: Database, senders: Senders, event: Event) -> None:
    """Tell everybody whom `NEWS` names about `event`; `SendFailed` if a later try may help."""
    with db.transaction() as session:
        pending = sending.queue_news(session, event)
    for notification_id in pending:
        deliver(db, senders, notification_id)


def send_code(db: Database, senders: Senders, code_id: UUID) -> None:
    """Send a sign-in code; `SendFailed` if a later try may help."""
    with db.transaction() as session:
        notification_id = sending.queue_code(session, code_id)
    deliver(db, senders, notification_id)


def send_invitation(db: Database, senders: Senders, event: StaffInvited) -> None:
    """Send the link of an invitation; `SendFailed` if a later try may help."""
    with db.transaction() as session:
        notification_id = sending.queue_invitation(session, event.person_id, event.invitation_id)
    deliver(db, senders, notification_id)


def deliver(db: Database, senders: Senders, notification_id: UUID) -> None:
    """Send one message unless it is sent or has failed for good; `SendFailed` if a later try may help."""
    with db.transaction() as session:
        message = sending.begin(session, notification_id)
    if message is None:
        return
    try:
        reference = senders.send(message)
    except SendFailed as error:
        with db.transaction() as session:
            sending.fail(session, notification_id, str(error), final=error.final)
        if error.final:
            return
        raise
    failpoint("notifications.sent")
    with db.transaction() as session:
        sending.mark_sent(session, notification_id, reference)
