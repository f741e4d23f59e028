"""Alerts: open orders that operators have to look into, because a notice or a recall affects them."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.principal import Principal
from agrimarket.orders.events import OrderRestricted
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries import alerts as queries
from agrimarket.orders.queries import recalls as recall_queries
from agrimarket.orders.states import AlertKind
from agrimarket.orders.types import Address
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Mode


def page(session: Session, before: UUID | None, limit: int) -> list[OrderAlert]:
    """Open alerts, newest first."""
    return queries.page(session, before, limit)


def waiting(
    session: Session, after: UUID | None, limit: int, kind: AlertKind | None = None, order_ids: Collection[UUID] = ()
) -> list[OrderAlert]:
    """Open alerts, oldest first, or only those of one kind; with `order_ids` those of these orders, closed ones too."""
    return queries.waiting(session, after, limit, kind, order_ids)


def counts(session: Session) -> dict[AlertKind, int]:
    """How many alerts of each kind are open. One statement."""
    return queries.counts(session)


def telephones(session: Session, order: SellerOrder) -> dict[str, str]:
    """Telephones of an order's seller and buyer, for the operator who calls: `seller` and `buyer`, where there is one.

    One statement.
    """
    found = people.contacts(session, [order.seller_person_id, order.buyer_person_id])
    sides = {"seller": order.seller_person_id, "buyer": order.buyer_person_id}
    return {side: phone for side, person in sides.items() if person in found and (phone := found[person].phone)}


def one(session: Session, alert_id: UUID) -> OrderAlert:
    """The alert, open or closed; `NotFound`."""
    return found(queries.one(session, alert_id))


def reconsider(session: Session, codes: Collection[str], bulletin_number: str) -> int:
    """Check every open order from or to these regions again; returns how many alerts were opened.

    Nothing is cancelled (invariant 12): an order that cannot be delivered at present gets an alert, and both sides
    are told, once. The alert of an order that can be delivered again is closed.
    """
    judged: dict[tuple[str, str, str | None, Mode, str], Verdict] = {}
    raised = 0
    for order, group in queries.orders_touching(session, codes):
        street = Address.opened(group.address).street
        way = (order.origin_region, group.region_code, group.community, Mode(group.mode), street)
        if way not in judged:
            judged[way] = serviceability.between(session, *way[:3], mode=way[3], street=street).verdict
        if judged[way] is Verdict.OPEN:
            queries.close(session, order.id, AlertKind.RESTRICTED, f"open again by notice {bulletin_number}")
        else:
            raised += _raise(session, order, judged[way], bulletin_number)
    return raised


def look_at(session: Session, order_id: UUID) -> None:
    """Check an order that was just placed: a notice may have come while it waited for its payment.

    What `reconsider` says holds for it too.
    """
    for order, group in queries.open_order(session, order_id):
        way = (order.origin_region, group.region_code, group.community)
        street = Address.opened(group.address).street
        found = serviceability.between(session, *way, mode=Mode(group.mode), street=street)
        if found.verdict is not Verdict.OPEN:
            _raise(session, order, found.verdict, found.blocking[0].bulletin_number)


def _raise(session: Session, order: SellerOrder, verdict: Verdict, bulletin_number: str) -> bool:
    """Open an alert on an order that cannot be delivered, and tell both sides, unless one is open."""
    facts = {"bulletin_number": bulletin_number, "verdict": verdict.value}
    alert_id = queries.open_on(session, order.id, AlertKind.RESTRICTED, facts)
    if alert_id is not None:
        outbox.record(session, OrderRestricted.about(order, alert_id=alert_id, bulletin_number=bulletin_number))
    return alert_id is not None


def recall(session: Session, lot_id: UUID, reason: str) -> int:
    """Open an alert on every open order of a recalled lot; returns how many. Two statements."""
    return recall_queries.open_alerts(session, queries.orders_of_lot(session, lot_id), reason)


def resolve(session: Session, operator: Principal, alert_id: UUID, note: str) -> OrderAlert:
    """Close an alert with a note of what was done about it; `NotFound` if it is closed."""
    alert = found(queries.lock(session, alert_id))
    alert.resolved_by, alert.note, alert.resolved_at = operator.person_id, note, clock.read(session)
    return alert
