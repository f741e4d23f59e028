"""Sending: queue a message once, and record what became of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.rules import grouped_code
from agrimarket.accounts.service import invitations, mandates, people, sellers, sign_in
from agrimarket.drive import drive
from agrimarket.kernel.i18n import spoken, t
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import Event
from agrimarket.notifications.queries import sending as queries
from agrimarket.notifications.rules import (
    NEWS,
    SIGN_IN_CODE,
    STAFF_INVITATION,
    News,
    dedupe_key,
    for_agent,
    linked,
    params_of,
    signed,
    told_to_agents,
    words,
)
from agrimarket.notifications.states import Channel, NotificationState
from agrimarket.settings import get_settings


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready for its sender."""

    id: UUID
    channel: Channel
    to: str
    subject: str
    body: str
    language: str


def queue_news(session: Session, event: Event) -> list[UUID]:
    """Record the messages about `event`, once; returns the ids of those still to be sent."""
    pending: list[UUID] = []
    for news in NEWS[type(event)]:
        person_id = _recipient(session, event, news)
        pending += _queue(session, event, news, person_id)
        if told_to_agents(news):
            for mandate_id, agent_id in mandates.agents_of(session, person_id):
                pending += _queue(session, event, news, agent_id, mandate_id)
    return pending


def _queue(session: Session, event: Event, news: News, person_id: UUID, mandate_id: UUID | None = None) -> list[UUID]:
    """Put the message into that person's inbox, and queue it for their phone or mailbox if it is urgent.

    With `mandate_id` they are told it as an agent.
    """
    contact = people.contact(session, person_id)
    _write(session, event, news, person_id, Channel.IN_APP, mandate_id)
    if not news.urgent or not (contact.phone or contact.email):
        return []
    channel = Channel.SMS if contact.phone else Channel.EMAIL
    return [_write(session, event, news, person_id, channel, mandate_id)]


def queue_code(session: Session, code_id: UUID) -> UUID:
    """Record that a sign-in code is to be sent, once. The code itself stays sealed in `accounts`."""
    secret = {"template": SIGN_IN_CODE, "params": {"code_id": str(code_id)}, "key": f"code:{code_id}"}
    return _queue_secret(session, secret | {"person": None, "channel": Channel.SMS})


def queue_invitation(session: Session, person_id: UUID, invitation_id: UUID) -> UUID:
    """Record that a link is to be sent to a member of staff, once. The link itself stays sealed in `accounts`."""
    params, key = {"invitation_id": str(invitation_id)}, f"invitation:{invitation_id}"
    secret = {"template": STAFF_INVITATION, "params": params, "key": key}
    return _queue_secret(session, secret | {"person": person_id, "channel": Channel.EMAIL})


def _queue_secret(session: Session, row: dict[str, Any]) -> UUID:
    return queries.insert(session, row | {"id": new_id(), "state": NotificationState.QUEUED})


def begin(session: Session, notification_id: UUID) -> Outgoing | None:
    """Mark a message as `sending` and return it; None if it is sent, has failed, or has become pointless."""
    row = queries.begin(session, notification_id)
    if row is None:
        return None
    channel = Channel(row.channel)
    if row.template == SIGN_IN_CODE:
        message = sign_in.code_message(session, UUID(row.params["code_id"]))
        if message is None:
            fail(session, notification_id, "the code was replaced, used, or is too old")
            return None
        language = spoken(message.language)
        body = signed(channel, words(SIGN_IN_CODE, {"code": grouped_code(message.code)}, language), language)
        return Outgoing(notification_id, channel, message.phone, "", body, language)
    if row.template == STAFF_INVITATION:
        return _invitation(session, notification_id, UUID(row.params["invitation_id"]))
    contact = people.contact(session, row.person_id)
    to = contact.phone if channel is Channel.SMS else contact.email
    if to is None:
        fail(session, notification_id, f"the person has no address for {channel}")
        return None
    language = spoken(contact.language)
    text = words(row.template, row.params, language)
    if path := row.params.get("path"):
        text = linked(text, get_settings().base_url + path, language)
    body = signed(channel, text, language)
    return Outgoing(notification_id, channel, to, drive().name.in_(language), body, language)


def _invitation(session: Session, notification_id: UUID, invitation_id: UUID) -> Outgoing | None:
    message = invitations.message(session, invitation_id)
    if message is None:
        fail(session, notification_id, "the link was replaced, used or withdrawn, or is too old")
        return None
    language = spoken(message.language)
    said = t(f"sms.{STAFF_INVITATION}", language, link=message.link, until=message.until)
    name, body = drive().name.in_(language), signed(Channel.EMAIL, said, language)
    return Outgoing(notification_id, Channel.EMAIL, message.email, name, body, language)


def mark_sent(session: Session, notification_id: UUID, provider_ref: str) -> None:
    """Record that the provider took the message."""
    queries.mark_sent(session, notification_id, provider_ref)


def fail(session: Session, notification_id: UUID, reason: str, *, final: bool = True) -> None:
    """Record why a message was not sent. Unless that is `final` it stays `sending` and is tried again."""
    queries.fail(session, notification_id, reason[:500], final=final)


def _recipient(session: Session, event: Event, news: News) -> UUID:
    named: UUID = getattr(event, news.to)
    return sellers.get(session, named).person_id if news.to == "seller_id" else named


def _write(
    session: Session, event: Event, news: News, person_id: UUID, channel: Channel, mandate_id: UUID | None
) -> UUID:
    params = params_of(event, news)
    row = {
        "id": new_id(),
        "person": person_id,
        "channel": channel,
        "template": news.template,
        "params": for_agent(params, mandate_id) if mandate_id else params,
        "state": NotificationState.SENT if channel is Channel.IN_APP else NotificationState.QUEUED,
        "key": dedupe_key(event, news, channel, mandate_id),
    }
    return queries.insert(session, row)
