"""Checkouts: a cart becomes a purchase, which is placed when it is paid for and lapses if it is not.

The provider's events may come several times and in any order; each of them changes a purchase once.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.errors import LotPerished, LotSoldOut
from agrimarket.catalog.service import stock
from agrimarket.drive import drive
from agrimarket.integrations.payment_gateway import Tender
from agrimarket.kernel import outbox, resources, states
from agrimarket.kernel.calling import awake
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import CheckoutChanged, PriceChanged, QuoteExpired, SellerSuspended
from agrimarket.orders.events import OrderPaymentExpired, OrderPlaced
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import OrderLine, Reservation, SellerOrder
from agrimarket.orders.queries import alerts, seller_orders
from agrimarket.orders.queries import carts as cart_queries
from agrimarket.orders.queries import checkouts as queries
from agrimarket.orders.queries import order_groups as group_queries
from agrimarket.orders.rules import Parcel, common_modes, grams_by_lot
from agrimarket.orders.service import carts, order_groups, quotes
from agrimarket.orders.service.order_groups import SOURCE
from agrimarket.orders.states import (
    OPEN,
    RESERVATION_TRANSITIONS,
    SELLER_ORDER_TRANSITIONS,
    AlertKind,
    ReservationState,
    SellerOrderState,
)
from agrimarket.orders.types import Address, GroupView, OrderView, PaidOrder, Placed, PlacedOrders
from agrimarket.payments.service import payments
from agrimarket.payments.service.payments import NewPayment
from agrimarket.payments.states import PaymentMethod
from agrimarket.regions.service import served, serviceability
from agrimarket.regions.types.serviceability import Mode


def place(
    session: Session,
    buyer: Principal,
    *,
    cart_id: UUID | None,
    quote_id: UUID | None,
    address: Address,
    method: PaymentMethod,
    mode: Mode | None = None,
    tender: Tender | None = None,
) -> Placed:
    """Turn a cart into a purchase that waits for its payment; stock is held for the payment window.

    It is delivered in `mode`; None is the quote's, by a cart a truck. With `tender` the payment's first call is written
    along, for the caller to make after the commit.

    One purchase a cart (invariant 4): a cart that was ordered before answers with that purchase, whatever became of
    it. Either everything is written or nothing. By a quote the buyer pays what the quote said, or less where a price
    fell since (decision 27); by a cart what it costs now. What is not harvested yet is paid at once. A purchase that
    still waits for its payment is looked at again. Refusals: `QuoteExpired`, `PriceChanged` (with today's prices),
    `ModeNotOffered`, `DestinationNotServed`, `DeliveryRestricted`, `LotSoldOut`, `LotPerished`, `ListingUnavailable`,
    `SellerSuspended`, `CheckoutChanged` (ordered before to another address).
    """
    locked = found(cart_queries.lock(session, buyer.require_buyer(), cart_id=cart_id, quote_id=quote_id))
    cart = carts.view(session, buyer, locked.id)
    if cart.group_id is not None:
        return Placed(_ordered_before(session, buyer, cart.group_id, address))
    if locked.quote_expired:
        raise QuoteExpired
    mode = mode or locked.mode
    parcels = carts.price(session, cart.lines, address.region_code, stock=False, mode=mode)
    if locked.parcels is not None:
        _require_promised(tuple(quotes.from_json(stored) for stored in locked.parcels), parcels)
    served.require_destination(session, address.region_code)
    origins, offered = {parcel.origin_region for parcel in parcels}, common_modes(parcel.modes for parcel in parcels)
    way = (address.region_code, address.community)
    serviceability.require(session, origins, *way, mode=mode, offered=offered, street=address.street)
    theirs = _sellers(session, parcels)
    stock.reserve(session, grams_by_lot(item for parcel in parcels for item in parcel.items))
    return _write(session, buyer, locked.id, parcels, theirs, address, mode, method, tender)


def _ordered_before(session: Session, buyer: Principal, group_id: UUID, address: Address) -> GroupView:
    view = order_groups.view(session, buyer, group_id)
    if view.address != address:
        raise CheckoutChanged(group_id=group_id)
    order_groups.require_payable(session, view)
    return view


def _require_promised(promised: tuple[Parcel, ...], parcels: tuple[Parcel, ...]) -> None:
    """Raise `PriceChanged` unless everything that is paid for is as quoted; titles may differ, prices be lower."""

    def terms(parcel: Parcel) -> object:
        items = [(i.listing_id, i.packs, i.pack_grams, i.priced_by) for i in parcel.items]
        return parcel.seller_id, parcel.currency, parcel.delivery, items

    def prices(some: tuple[Parcel, ...]) -> list[int]:
        return [item.unit_price for parcel in some for item in parcel.items]

    as_quoted = [terms(parcel) for parcel in promised] == [terms(parcel) for parcel in parcels]
    if not as_quoted or any(now > before for before, now in zip(prices(promised), prices(parcels), strict=True)):
        before, now = (sum(parcel.total for parcel in some) for some in (promised, parcels))
        currency = parcels[0].currency
        raise PriceChanged(
            quoted=Money(before, currency),
            total=Money(now, currency),
            parcels=[asdict(parcel) for parcel in parcels],
        )


def _sellers(session: Session, parcels: Sequence[Parcel]) -> dict[UUID, SellerInfo]:
    theirs = sellers.by_ids(session, [parcel.seller_id for parcel in parcels])
    suspended = [seller.id for seller in theirs.values() if seller.standing is Standing.SUSPENDED]
    if suspended:
        raise SellerSuspended(seller_ids=suspended)
    return theirs


def _write(
    session: Session,
    buyer: Principal,
    cart_id: UUID,
    parcels: Sequence[Parcel],
    sellers: dict[UUID, SellerInfo],
    address: Address,
    mode: Mode,
    method: PaymentMethod,
    tender: Tender | None,
) -> Placed:
    group_id = new_id()
    orders = [_order(group_id, buyer, parcel, sellers[parcel.seller_id]) for parcel in parcels]
    lines = {
        order.id: tuple(OrderLine(seller_order_id=order.id, **asdict(item)) for item in parcel.items)
        for order, parcel in zip(orders, parcels, strict=True)
    }
    at_once = any(parcel.expected for parcel in parcels)
    payment = _intend_payment(session, buyer, group_id, orders, method, tender, at_once=at_once)
    group = OrderGroup(
        id=group_id,
        cart_id=cart_id,
        buyer_id=buyer.require_buyer(),
        payment_id=payment.id,
        method=method.value,
        currency=parcels[0].currency,
        region_code=address.region_code,
        community=address.community,
        mode=mode,
        address=address.sealed(),
        search_keys=address.search_keys(),
        expires_at=datetime.max.replace(tzinfo=UTC),  # set below, by the database's clock
    )
    written = queries.insert(
        session,
        {**group.model_dump(), "buyer_person_id": buyer.person_id, "window": drive().windows.payment},
        [_json(order) for order in orders],
        [_json(line) for some in lines.values() for line in some],
    )
    group.created_at, group.expires_at = written.created_at, written.expires_at
    views = [OrderView(order, group, lines[order.id], None, address) for order in orders]
    return Placed(GroupView(group, tuple(views), address), payment.call)


def _order(group_id: UUID, buyer: Principal, parcel: Parcel, seller: SellerInfo) -> SellerOrder:
    return SellerOrder(
        group_id=group_id,
        seller_id=parcel.seller_id,
        seller_person_id=seller.person_id,
        buyer_id=buyer.require_buyer(),
        buyer_person_id=buyer.person_id,
        origin_region=parcel.origin_region,
        currency=parcel.currency,
        goods=parcel.goods,
        delivery=parcel.delivery,
        commission_bps=drive().fees.commission_bps,
    )


def _intend_payment(
    session: Session,
    buyer: Principal,
    group_id: UUID,
    orders: Sequence[SellerOrder],
    method: PaymentMethod,
    tender: Tender | None,
    *,
    at_once: bool,
) -> NewPayment:
    """Create the one payment of a purchase, split by seller order; it is captured `at_once`, or when it is packed."""
    return payments.create(
        session,
        source_type=SOURCE,
        source_id=group_id,
        payer_id=buyer.person_id,
        parts=[
            payments.SplitIn(o.seller_id, o.id, Money(o.goods + o.delivery, o.currency), o.commission_bps)
            for o in orders
        ],
        method=method,
        transfer_group=resources.reference("group", group_id),
        tender=tender,
        capture_at_once=at_once,
    )


def _json(row: SellerOrder | OrderLine) -> dict[str, object]:
    return row.model_dump(mode="json", exclude_none=True)


def mark_paid(session: Session, group_id: UUID) -> Sequence[SellerOrder | PaidOrder]:
    """Place a purchase whose money is held or captured: its stock is sold, its sellers are asked; returns its orders.

    The checkout and the provider's event both call this; the second call finds nothing to do. If the reservation had
    lapsed, stock is reserved again for each seller order as far as it is free; what is not free is not charged, and if
    nothing is free, the whole payment goes back.
    """
    placed = begin_placing(session, group_id)
    if placed.orders:
        sell(session, placed)
        return placed.orders
    late = _place_late(session, group_id)
    _tell(session, late)
    return late


def begin_placing(session: Session, group_id: UUID) -> PlacedOrders:
    """Place the orders of a purchase that wait for their payment, for `sell` in the same transaction.

    Where the payment is recorded in that transaction too, this comes first: orders are locked before payments.
    """
    return PlacedOrders(*queries.place_paid(session, group_id, drive().windows.answer, drive().calling))


def sell(session: Session, placed: PlacedOrders) -> None:
    """Sell the stock of orders that were just placed and ask their sellers."""
    stock.commit(session, placed.sold)
    _tell(session, placed.orders)


def show_placed(view: GroupView, placed: PlacedOrders) -> None:
    """Bring a purchase that was written by this process, and is in no session, to where its orders stand."""
    by_id = {order.id: order for order in placed.orders}
    for order in (part.order for part in view.orders if part.order.id in by_id):
        states.move(order, SellerOrderState.PLACED, SELLER_ORDER_TRANSITIONS)
        order.placed_at, order.answer_by = by_id[order.id].placed_at, by_id[order.id].answer_by


def _tell(session: Session, orders: Sequence[SellerOrder | PaidOrder]) -> None:
    outbox.record_all(session, (OrderPlaced.about(order, answer_by=order.answer_by) for order in orders))


def _place_late(session: Session, group_id: UUID) -> list[SellerOrder]:
    locked = group_queries.lock(session, group_id)
    waiting = [order for order in locked.orders if _may_be_late(order)]
    if not waiting or not payments.funds_held(session, SOURCE, group_id):
        return []
    placed = [order for order in waiting if _reserve_anew(session, order)]
    for order in waiting:
        order.final = None if order in placed else 0
    for order in placed:
        states.move(order, SellerOrderState.PLACED, SELLER_ORDER_TRANSITIONS)
        order.placed_at, order.ended_at = locked.now, None
        order.answer_by = awake(locked.now + drive().windows.answer, drive().calling)
    if not placed:
        payments.cancel(session, SOURCE, group_id)
    return placed


def _may_be_late(order: SellerOrder) -> bool:
    return order.state == SellerOrderState.PAYMENT_EXPIRED and order.final is None


def _reserve_anew(session: Session, order: SellerOrder) -> bool:
    wanted = grams_by_lot(seller_orders.all_reservations(session, order.id))
    try:
        with session.begin_nested():
            stock.reserve(session, wanted)
            stock.commit(session, wanted)
    except (LotSoldOut, LotPerished):
        return False
    for lot_id, grams in wanted.items():
        session.add(Reservation(seller_order_id=order.id, lot_id=lot_id, grams=grams, state=ReservationState.COMMITTED))
    return True


def unpaid(session: Session) -> list[UUID]:
    """Purchases whose payment window is over, for `lapse`."""
    return queries.unpaid(session)


def lapse(session: Session, group_id: UUID) -> None:
    """End a purchase whose payment window is over: its stock is on sale again. A paid purchase is placed instead.

    For the late payment window a payment that was under way may still come in (see `mark_paid`); `give_up` ends that.
    """
    locked = group_queries.lock(session, group_id)
    pending = [order for order in locked.orders if order.state == SellerOrderState.PENDING_PAYMENT]
    if not pending:
        return
    if payments.funds_held(session, SOURCE, group_id):
        mark_paid(session, group_id)
        return
    held = seller_orders.live_reservations(session, [order.id for order in pending])
    stock.release(session, grams_by_lot(held))
    for reservation in held:
        states.move(reservation, ReservationState.EXPIRED, RESERVATION_TRANSITIONS)
    for order in pending:
        states.move(order, SellerOrderState.PAYMENT_EXPIRED, SELLER_ORDER_TRANSITIONS)
        order.ended_at = locked.now
        outbox.record(session, OrderPaymentExpired.about(order))


def lapsed(session: Session) -> list[UUID]:
    """Lapsed purchases whose late payment window is over, and which could still be paid, for `give_up`."""
    return queries.lapsed(session, drive().windows.late_payment)


def give_up(session: Session, group_id: UUID) -> None:
    """Cancel the payment of a purchase whose late payment window is over; later money goes back to the buyer."""
    locked = group_queries.lock(session, group_id)
    waiting = [order for order in locked.orders if _may_be_late(order)]
    if waiting and payments.funds_held(session, SOURCE, group_id):
        mark_paid(session, group_id)
    elif waiting:
        for order in waiting:
            order.final = 0
        payments.cancel(session, SOURCE, group_id)


def payment_cancelled(session: Session, group_id: UUID, *, lapsed: bool) -> None:
    """Let an unpaid purchase whose payment was cancelled lapse.

    If the authorisation lapsed at the bank (`lapsed`) after sellers had begun, operators are alerted; nothing is
    cancelled silently.
    """
    lapse(session, group_id)
    if not lapsed:
        return
    for order in group_queries.lock(session, group_id).orders:
        if order.state in OPEN and order.settled_at is None:
            alerts.open_on(session, order.id, AlertKind.AUTHORISATION_LAPSED, {})
