"""Telling people: write down what is to be sent, send it, note what became of it.

An event that comes twice tells once. Where a process dies, or a connection breaks, between the provider taking a
message and our noting it, nobody can know, and it is sent again: better a message twice than none. The provider gets
the same key both times.
"""

from dataclasses import dataclass
from uuid import UUID

from agrimarket.integrations.email import EmailSender, email_sender
from agrimarket.integrations.sending import SendFailed
from agrimarket.integrations.sms import SmsSender, sms_sender
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.outbox import Event
from agrimarket.notifications import service
from agrimarket.notifications.service import Outgoing
from agrimarket.notifications.states import Channel


@dataclass(frozen=True)
class Senders:
    """How messages leave."""

    sms: SmsSender
    email: EmailSender

    @classmethod
    def configured(cls) -> "Senders":
        """Those of the settings."""
        return cls(sms_sender(), email_sender())

    def send(self, message: Outgoing) -> str:
        """Send it and return the provider's reference; `SendFailed`."""
        key = str(message.id)
        if message.channel is Channel.SMS:
            return self.sms.send(message.to, message.body, language=message.language, key=key)
        return self.email.send(message.to, message.subject, message.body, language=message.language, key=key)


def tell(db: Database, senders: Senders, event: Event) -> None:
    """Tell everybody whom `NEWS` names about `event`; `SendFailed` where a later try may help."""
    with db.transaction() as session:
        pending = service.queue_news(session, event)
    for notification_id in pending:
        deliver(db, senders, notification_id)


def send_code(db: Database, senders: Senders, code_id: UUID) -> None:
    """Send a sign-in code; `SendFailed` where a later try may help."""
    with db.transaction() as session:
        notification_id = service.queue_code(session, code_id)
    deliver(db, senders, notification_id)


def deliver(db: Database, senders: Senders, notification_id: UUID) -> None:
    """Send one message, unless that is done."""
    with db.transaction() as session:
        message = service.begin(session, notification_id)
    if message is None:
        return
    try:
        reference = senders.send(message)
    except SendFailed as error:
        with db.transaction() as session:
            service.fail(session, notification_id, str(error), final=error.final)
        if error.final:
            return
        raise
    failpoint("notifications.sent")
    with db.transaction() as session:
        service.mark_sent(session, notification_id, reference)
