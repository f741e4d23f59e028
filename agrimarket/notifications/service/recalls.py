"""Who was reached about a recall: each buyer of the lot, with what became of the messages to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.accounts.types import Contact
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.notifications.queries import recalls as queries
from agrimarket.notifications.states import Channel, NotificationState
from agrimarket.orders.service import recalls
from agrimarket.orders.types import ToTell


@dataclass(frozen=True, slots=True)
class Reached:
    """A buyer of a lot. `channel` is how they can be reached, or were told, beside their inbox: None if in no way.

    `state` is that of the message by it, None if none was written.
    """

    buyer: ToTell
    channel: Channel | None
    state: NotificationState | None
    sent_at: datetime | None
    read_at: datetime | None


def page(session: Session, principal: Principal, recall_id: UUID, after: UUID | None, limit: int) -> list[Reached]:
    """The buyers of a recall's lot beyond the buyer `after`. `NotFound` as for the recall. Four statements."""
    row = recalls.one(session, principal, recall_id)
    buyers = recalls.buyers(session, row, after, limit)
    ids = [buyer.buyer_person_id for buyer in buyers]
    contacts = people.contacts(session, ids)
    told: dict[UUID, dict[str, Row[Any]]] = {}
    for each in queries.told(session, reference("recall", row.id), ids):
        told.setdefault(each.person_id, {})[each.channel] = each
    return [
        _reached(buyer, contacts.get(buyer.buyer_person_id), told.get(buyer.buyer_person_id, {})) for buyer in buyers
    ]


def _reached(buyer: ToTell, contact: Contact | None, told: dict[str, Row[Any]]) -> Reached:
    inbox = told.get(Channel.IN_APP)
    sent = told.get(Channel.SMS) or told.get(Channel.EMAIL)
    channel = Channel(sent.channel) if sent else None
    if sent is None and contact is not None:
        channel = Channel.SMS if contact.phone else Channel.EMAIL if contact.email else None
    return Reached(
        buyer,
        channel,
        NotificationState(sent.state) if sent else None,
        sent.sent_at if sent else None,
        inbox.read_at if inbox else None,
    )
