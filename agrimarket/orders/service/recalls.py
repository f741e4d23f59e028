"""Recalls: everybody who bought of a lot is listed and told; and drills, which practise it and change nothing."""

from typing import Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, people
from agrimarket.catalog.service import lots
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import reference
from agrimarket.orders.events import OrderRecalled, RecallPressed
from agrimarket.orders.models.recalls import RecallDrill
from agrimarket.orders.queries import recalls as queries
from agrimarket.orders.queries import seller_orders
from agrimarket.orders.queries.seller_orders import ANYBODY
from agrimarket.orders.types import ToTell

AT_ONCE: Final = 1_000
"""Buyers who are looked up, or told, in one statement."""


def drill(session: Session, operator: Principal, lot_id: UUID, reason: str, *, told: bool) -> RecallDrill:
    """Practise the recall of any lot: everybody who bought of it is listed, and `told` that it is a drill, or nobody.

    No stock, listing or order changes. `NotFound` for an unknown lot.
    """
    lot = lots.read(session, operator, lot_id)
    row = RecallDrill(
        lot_id=lot.id,
        seller_id=lot.seller_id,
        pressed_by=operator.person_id,
        drill=True,
        told=told,
        reason=reason,
        pressed_at=clock.read(session),
        created_at=clock.read(session),
    )
    session.add(row)
    session.flush()  # the event is about what is stored
    audit.record(session, operator, "recall.drilled", reference("lot", lot.id), {"told": told})
    outbox.record(session, RecallPressed(recall_id=row.id))
    return row


def begin(session: Session, lot_id: UUID, seller_id: UUID, reason: str) -> None:
    """Begin to list and tell everybody who bought of a lot that was recalled. Twice is the same as once."""
    recall_id = queries.begin(session, lot_id, seller_id, reason, clock.read(session))
    if recall_id is not None:
        outbox.record(session, RecallPressed(recall_id=recall_id))


def list_buyers(session: Session, recall_id: UUID) -> RecallDrill:
    """Count everybody who bought of the lot, by how they can be reached; then the list is complete.

    Two statements, and one for each `AT_ONCE` buyers; constant memory.
    """
    row = found(queries.one(session, recall_id, lock=True))
    if row.listed_at is not None:
        return row
    row.orders, row.grams = queries.sums(session, row.lot_id)
    for buyers in queries.buyers(session, row.lot_id, AT_ONCE):
        contacts = people.contacts(session, [buyer.buyer_person_id for buyer in buyers])
        reached = [contacts.get(buyer.buyer_person_id) for buyer in buyers]
        phones = sum(bool(contact and contact.phone) for contact in reached)
        emails = sum(bool(contact and contact.email and not contact.phone) for contact in reached)
        row.buyers += len(buyers)
        row.by_phone, row.by_email = row.by_phone + phones, row.by_email + emails
    row.unreachable = row.buyers - row.by_phone - row.by_email
    row.listed_at = clock.read(session)
    return row


def tell(session: Session, row: RecallDrill) -> None:
    """Tell each buyer of the lot, about their newest order of it. Who was told before is not told again."""
    if row.told:
        for buyers in queries.buyers(session, row.lot_id, AT_ONCE):
            outbox.record_all(session, [_told(row, buyer) for buyer in buyers])


def _told(row: RecallDrill, buyer: ToTell) -> OrderRecalled:
    return OrderRecalled(
        seller_order_id=buyer.order_id,
        group_id=buyer.group_id,
        seller_id=buyer.seller_id,
        seller_person_id=buyer.seller_person_id,
        buyer_id=buyer.buyer_id,
        buyer_person_id=buyer.buyer_person_id,
        recall=reference("recall", row.id),
        drill=row.drill,
        reason=row.reason,
    )


def look_at(session: Session, order_id: UUID) -> None:
    """Look at an order that was just paid for: its lot may have been recalled while it waited. Then it has an alert,
    and its buyer is told."""
    recall_id = queries.of_order(session, order_id)
    if recall_id is None:
        return
    row = found(queries.one(session, recall_id))
    if queries.open_alerts(session, [order_id], row.reason):
        ((order, *_),) = seller_orders.of_ids(session, [order_id], ANYBODY)
        about = ToTell(
            order.id, order.group_id, order.seller_id, order.seller_person_id, order.buyer_id, order.buyer_person_id
        )
        outbox.record(session, _told(row, about))


def one(session: Session, principal: Principal, recall_id: UUID) -> RecallDrill:
    """A recall, for the lot's seller or an operator; a drill for operators alone. `NotFound` for others."""
    row = found(queries.one(session, recall_id))
    if not principal.has(Role.OPERATOR) and (row.drill or row.seller_id != principal.seller_id):
        raise NotFound
    return row


def page(
    session: Session, principal: Principal, before: UUID | None, limit: int, lot_id: UUID | None = None
) -> list[RecallDrill]:
    """Recalls, newest first: a seller's own, or for an operator everybody's and the drills. One statement."""
    owner = None if principal.has(Role.OPERATOR) else principal.require_seller()
    return queries.page(session, owner, lot_id, before, limit)


def buyers(session: Session, row: RecallDrill, after: UUID | None, limit: int) -> list[ToTell]:
    """Buyers of the lot, beyond the buyer `after`, each with their newest order of it. One statement."""
    return queries.some_buyers(session, row.lot_id, after, limit)
