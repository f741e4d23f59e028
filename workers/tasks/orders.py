"""Handlers of `orders`: effects of events of payments, regions and the catalogue on orders, and the sweeps."""

from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from sqlmodel import Session

from agrimarket.bulk.events import OrdersLoading
from agrimarket.catalog.events import LotHarvested, LotRecalled
from agrimarket.kernel.db import Database
from agrimarket.kernel.schedule import SlotDue
from agrimarket.orders.events import OrderCancelled, OrderPlaced, RecallPressed
from agrimarket.orders.flows import packlists
from agrimarket.orders.flows import recalls as recall_flows
from agrimarket.orders.service import (
    alerts,
    checkouts,
    claims,
    order_groups,
    preorders,
    recalls,
    seller_orders,
    watch,
)
from agrimarket.payments.events import (
    PaymentCancelled,
    PaymentMethodChanged,
    PaymentSettled,
    PaymentSucceeded,
    RefundFailed,
    RefundSucceeded,
)
from agrimarket.regions.events import RestrictionsChanged
from workers.handling import effect, flow

log = structlog.get_logger(__name__)


@effect(PaymentSucceeded)
def place_paid(session: Session, event: PaymentSucceeded) -> None:
    """Place the orders of a paid purchase; their sellers are asked."""
    if event.source_type == order_groups.SOURCE:
        checkouts.mark_paid(session, event.source_id)


@effect(PaymentMethodChanged)
def pay_another_way(session: Session, event: PaymentMethodChanged) -> None:
    """Note that a purchase is paid another way."""
    if event.source_type == order_groups.SOURCE:
        order_groups.pay_another_way(session, event.source_id, event.method)


@effect(PaymentCancelled)
def end_unpaid(session: Session, event: PaymentCancelled) -> None:
    """End an unpaid purchase; placed orders that can no longer be charged open alerts for operators."""
    if event.source_type == order_groups.SOURCE:
        checkouts.payment_cancelled(session, event.source_id, lapsed=event.lapsed)


@effect(PaymentSettled)
def release_packed(session: Session, event: PaymentSettled) -> None:
    """Allow a purchase's packed orders to be dispatched."""
    if event.source_type == order_groups.SOURCE:
        order_groups.mark_settled(session, event.source_id)


@effect(RefundSucceeded)
def settle_claim(session: Session, event: RefundSucceeded) -> None:
    """Settle the claim that the refund paid."""
    claims.settle(session, event.refund_id)


@effect(RefundFailed)
def alarm_refund(session: Session, event: RefundFailed) -> None:
    """Alert the operators that a claim's refund failed."""
    claims.refund_failed(session, event.refund_id, event.code)


@effect(RestrictionsChanged)
def reconsider(session: Session, event: RestrictionsChanged) -> None:
    """Open alerts on the open orders that a notice affects; none is cancelled."""
    alerts.reconsider(session, {*event.closed, *event.opened}, event.bulletin_number)


@effect(OrderPlaced)
def look_at_placed(session: Session, event: OrderPlaced) -> None:
    """Open an alert on an order that was paid for after its way was closed; it is not cancelled."""
    alerts.look_at(session, event.seller_order_id)


@effect(LotRecalled)
def recall(session: Session, event: LotRecalled) -> None:
    """Open alerts on the open orders of a recalled lot, and begin to list and tell everybody who bought of it."""
    alerts.recall(session, event.lot_id, event.reason)
    recalls.begin(session, event.lot_id, event.seller_id, event.reason)


@flow(RecallPressed)
def tell_recall(db: Database, event: RecallPressed) -> None:
    """List everybody who bought of a lot that is recalled, or whose recall is practised, and tell them."""
    recall_flows.run(db, event.recall_id)


@effect(OrderPlaced)
def look_for_recall(session: Session, event: OrderPlaced) -> None:
    """Open an alert on an order that was paid for after its lot was recalled, and tell its buyer."""
    recalls.look_at(session, event.seller_order_id)


@flow(OrdersLoading)
def load_packlist(db: Database, event: OrdersLoading) -> None:
    """Pack and send orders by a file that was started."""
    packlists.load(db, event.file_id)


@flow(PaymentSettled)
def send_waiting(db: Database, event: PaymentSettled) -> None:
    """Send the orders of a purchase that were packed by a file and only waited for its money."""
    if event.source_type == order_groups.SOURCE:
        packlists.send_waiting(db, event.source_id)


@flow(OrderCancelled)
def end_waiting(db: Database, event: OrderCancelled) -> None:
    """Tell the file that packed an order, and was to send it once it is paid for, that it was cancelled."""
    packlists.end_waiting(db, event.seller_order_id)


@effect(LotHarvested)
def share_harvest(session: Session, event: LotHarvested) -> None:
    """Scale the orders of a lot down whose harvest was short; while somebody still pays for some, the sweep does it."""
    if event.short:
        preorders.share(session, event.lot_id)


@flow(SlotDue)
def sweep_short_harvests(db: Database, _: SlotDue) -> None:
    """Share out short harvests that nobody pays for any more."""
    _each(db, preorders.due, preorders.share)


@flow(SlotDue)
def sweep_unpaid(db: Database, _: SlotDue) -> None:
    """End purchases whose payment window is over, and give up payments that have not arrived an hour later."""
    _each(db, checkouts.unpaid, checkouts.lapse)
    _each(db, checkouts.lapsed, checkouts.give_up)


@flow(SlotDue)
def sweep_unanswered(db: Database, _: SlotDue) -> None:
    """Decline orders whose seller did not answer in time."""
    _each(db, seller_orders.unanswered, seller_orders.decline_unanswered)


@flow(SlotDue)
def sweep_delivered(db: Database, _: SlotDue) -> None:
    """Complete orders whose claim window is over."""
    _each(db, seller_orders.completable, seller_orders.complete)


@flow(SlotDue)
def watch_over(db: Database, _: SlotDue) -> None:
    """Open alerts on orders that wait too long, close those of orders that moved on, and let old ones be found."""
    for act in (watch.look, watch.make_findable):
        with db.transaction() as session:
            act(session)


def _each(db: Database, due: Callable[[Session], Iterable[UUID]], act: Callable[[Session, UUID], None]) -> None:
    """Do `act` for each id that is `due`, each in its own transaction.

    A failed one is left to the next sweep and does not stop the others; raises `ExceptionGroup` at the end.
    """
    with db.reading() as session:
        ids = list(due(session))
    failures: list[Exception] = []
    for id_ in ids:
        try:
            with db.transaction() as session:
                act(session, id_)
        except Exception as error:  # raised below, once the others are done
            log.exception("sweep_failed", id=str(id_))
            failures.append(error)
    if failures:
        raise ExceptionGroup("some could not be handled", failures)
