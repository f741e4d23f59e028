"""Every act on a seller order at every stage: allowed ones move it, all others are refused and change nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.orders.service import checkouts, order_groups, seller_orders, shipments
from agrimarket.orders.states import ShipmentState
from agrimarket.orders.types import GroupView, Handover
from tests.factories.orders import Market, a_market, a_purchase, authorise, capture, order_of

Act = Callable[[Session, Market, GroupView], Any]
TABLES = (
    "seller_order",
    "reservation",
    "shipment",
    "payment",
    "payment_split",
    "outbox_message",
    "harvest_lot",
    "claim",
)


def _pay(session: Session, _: Market, group: GroupView) -> None:
    if group.group.payment_id in _unpaid(session):
        authorise(session, group)
    checkouts.mark_paid(session, group.group.id)


def _unpaid(session: Session) -> set[object]:
    statement = text("SELECT id FROM payment WHERE state IN ('created', 'pending', 'failed')")
    return set(session.connection().execute(statement).scalars())


def _settle(session: Session, _: Market, group: GroupView) -> None:
    final = session.connection().execute(text("SELECT sum(final) FROM payment_split WHERE captured = 0")).scalar()
    capturing = session.connection().execute(text("SELECT count(*) FROM payment WHERE state = 'settling'")).scalar()
    if capturing and final:
        capture(session, group, final)
        order_groups.mark_settled(session, group.group.id)


def _later(by: timedelta, act: Act) -> Act:
    def acted(session: Session, market: Market, group: GroupView) -> None:
        clock.advance(session, by)
        act(session, market, group)

    return acted


def _as_seller(act: Callable[..., Any], *more: Any) -> Act:
    return lambda s, m, g: act(s, m.sellers[0].principal, order_of(g, m.sellers[0]), *more)


def _shipment(state: ShipmentState) -> Act:
    return _as_seller(lambda s, who, order: shipments.move(s, who, order, state))


ACTS: dict[str, Act] = {
    "pay": _pay,
    "accept": _as_seller(seller_orders.accept),
    "decline": _as_seller(seller_orders.decline, "hail"),
    "pack": _as_seller(seller_orders.pack, 1, {}),
    "settle": _settle,
    "dispatch": _as_seller(seller_orders.dispatch, Handover()),
    "hold": _shipment(ShipmentState.HELD_AT_CHECKPOINT),
    "resume": _shipment(ShipmentState.IN_TRANSIT),
    "deliver": lambda s, m, g: seller_orders.deliver(s, m.buyer.principal, order_of(g, m.sellers[0])),
    "cancel": lambda s, m, g: seller_orders.cancel(s, m.buyer.principal, order_of(g, m.sellers[0]), "changed my mind"),
    "call off": lambda s, m, g: seller_orders.cancel(s, m.operator.principal, order_of(g, m.sellers[0]), "road closed"),
    "lapse": _later(drive().windows.payment, lambda s, _, g: checkouts.lapse(s, g.group.id)),
    "no answer": _later(
        drive().windows.answer, lambda s, m, g: seller_orders.decline_unanswered(s, order_of(g, m.sellers[0]))
    ),
    "complete": _later(drive().windows.claim, lambda s, m, g: seller_orders.complete(s, order_of(g, m.sellers[0]))),
}
SILENT = {"pay", "settle", "lapse", "no answer", "complete"}
"""Acts of the system itself: out of place they do nothing, and raise nothing."""
MOVES = {
    ("pending_payment", "pay"): "placed",
    ("pending_payment", "lapse"): "payment_expired",
    ("payment_expired", "pay"): "placed",
    ("placed", "accept"): "accepted",
    ("placed", "decline"): "declined",
    ("placed", "no answer"): "declined",
    ("placed", "cancel"): "cancelled",
    ("placed", "call off"): "cancelled",
    ("accepted", "pack"): "packed",
    ("accepted", "decline"): "declined",
    ("accepted", "call off"): "cancelled",
    ("packed", "settle"): "settled",
    ("settled", "dispatch"): "dispatched",
    ("settled", "call off"): "cancelled",
    ("dispatched", "hold"): "held",
    ("dispatched", "deliver"): "delivered",
    ("dispatched", "call off"): "cancelled",
    ("held", "resume"): "dispatched",
    ("held", "deliver"): "delivered",
    ("held", "call off"): "cancelled",
    ("delivered", "complete"): "completed",
}


def _everything(session: Session) -> list[Any]:
    session.flush()
    return [session.connection().execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in TABLES]


def _stage(session: Session) -> str:
    """State of the order, with `settled` and `held` as separate stages."""
    session.flush()
    row = (
        session.connection()
        .execute(
            text("""SELECT o.state, o.settled_at, s.state AS shipment FROM seller_order AS o
                LEFT JOIN shipment AS s ON s.seller_order_id = o.id""")
        )
        .one()
    )
    if row.state == "packed" and row.settled_at is not None:
        return "settled"
    return "held" if row.shipment == "held_at_checkpoint" and row.state == "dispatched" else row.state


def _check_stock(session: Session, stage: str) -> None:
    """Check that the lots' counters agree with the reservations, and that stock is reserved only before payment."""
    held = (
        session.connection()
        .execute(
            text("""SELECT coalesce(sum(grams) FILTER (WHERE state = 'active'), 0) AS active,
                       coalesce(sum(grams) FILTER (WHERE state = 'committed'), 0) AS committed FROM reservation""")
        )
        .one()
    )
    lots = session.connection().execute(text("SELECT sum(reserved), sum(committed) FROM harvest_lot")).one()
    assert tuple(lots) == (held.active, held.committed)
    assert (held.active > 0) == (stage == "pending_payment")


WAY = ["pay", "accept", "pack", "settle", "dispatch", "hold", "resume", "deliver", "complete"]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, len(WAY) - 1), st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=6))
def test_only_the_arrows_move_an_order(placed: tuple[Session, Market, GroupView], gone: int, acts: list[str]) -> None:
    session, market, group = placed
    with session.begin_nested() as example:
        for name in WAY[:gone]:
            ACTS[name](session, market, group)
            session.flush()
        for name in acts:
            _one_act(session, market, group, name)
        example.rollback()
    session.expire_all()


def test_the_whole_way(placed: tuple[Session, Market, GroupView]) -> None:
    for name in WAY:
        _one_act(*placed, name)
    assert _stage(placed[0]) == "completed"


@pytest.fixture
def placed(db: Database) -> Iterator[tuple[Session, Market, GroupView]]:
    """A market, and a purchase from one seller that waits for its payment, in an open transaction."""
    with db.transaction() as session:
        market = a_market(session)
        yield session, market, a_purchase(session, market, (2,))


def _one_act(session: Session, market: Market, group: GroupView, name: str) -> None:
    before, everything = _stage(session), _everything(session)
    expected = MOVES.get((before, name))
    try:
        with session.begin_nested():
            ACTS[name](session, market, group)
            session.flush()
        refused = False
    except DomainError:
        refused = True
    session.expire_all()
    assert refused == (expected is None and name not in SILENT), (before, name)
    assert _stage(session) == (expected or before), (before, name)
    if expected is None:
        assert _everything(session) == everything, (before, name)
    _check_stock(session, _stage(session))
