"""Placing a purchase: stock is held, the parts are written and the payment is intended, all in one transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.service import stock
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.orders import queries
from agrimarket.orders.errors import CheckoutChanged, PriceChanged, QuoteExpired, SellerSuspended
from agrimarket.orders.models import OrderGroup, OrderLine, SellerOrder
from agrimarket.orders.rules import COMMISSION_BPS, PAYMENT_WINDOW, Parcel, grams_by_lot
from agrimarket.orders.service.cart import pack_parcel, unpack_parcel
from agrimarket.orders.service.payment import SOURCE
from agrimarket.orders.service.pricing import price
from agrimarket.orders.service.reading import group_view, seal
from agrimarket.orders.types import Address, GroupView, OrderView
from agrimarket.payments.service import payments
from agrimarket.payments.states import PaymentMethod
from agrimarket.regions.service import serviceability


def place(
    session: Session,
    buyer: Principal,
    *,
    cart_id: UUID | None,
    quote_id: UUID | None,
    address: Address,
    method: PaymentMethod,
) -> GroupView:
    """Turn a cart into a purchase that waits for its payment; stock is held for fifteen minutes.

    One purchase a cart (invariant 4): a cart that was ordered before answers with that purchase, whatever became of
    it. Either everything is written or nothing. By a quote the buyer pays what the quote said, by a cart what it
    costs now. Refusals: `QuoteExpired`, `PriceChanged` (with today's prices), `DeliveryRestricted`, `LotSoldOut`,
    `LotPerished`, `ListingUnavailable`, `SellerSuspended`, `CheckoutChanged` (ordered before to another address).
    """
    if buyer.buyer_id is None:
        raise NotFound
    locked = queries.lock_cart(session, buyer.buyer_id, cart_id=cart_id, quote_id=quote_id)
    cart = queries.cart(session, locked.id, buyer.buyer_id) if locked else None
    if locked is None or cart is None:
        raise NotFound
    if cart.group_id is not None:
        return _ordered_before(session, buyer, cart.group_id, address, method)
    if locked.quote_expired:
        raise QuoteExpired
    parcels = price(session, cart.lines, address.region_code, stock=False)
    if locked.parcels is not None:
        _require_promised(tuple(unpack_parcel(stored) for stored in locked.parcels), parcels)
    origins = {parcel.origin_region for parcel in parcels}
    serviceability.require(session, origins, address.region_code, address.community)
    sellers = _sellers(session, parcels)
    stock.reserve(session, grams_by_lot([item for parcel in parcels for item in parcel.items]))
    return _write(session, buyer, buyer.buyer_id, locked.id, parcels, sellers, address, method)


def _ordered_before(
    session: Session, buyer: Principal, group_id: UUID, address: Address, method: PaymentMethod
) -> GroupView:
    view = group_view(session, buyer, group_id)
    if view.address != address or view.group.method != method.value:
        raise CheckoutChanged(group_id=group_id)
    return view


def _require_promised(promised: tuple[Parcel, ...], parcels: tuple[Parcel, ...]) -> None:
    """What is paid and what is packed must be as quoted; titles may have been polished since."""

    def terms(parcel: Parcel) -> object:
        items = [(i.listing_id, i.packs, i.pack_grams, i.unit_price, i.priced_by) for i in parcel.items]
        return parcel.seller_id, parcel.currency, parcel.delivery, items

    if [terms(parcel) for parcel in promised] != [terms(parcel) for parcel in parcels]:
        before, now = (sum(parcel.total for parcel in some) for some in (promised, parcels))
        currency = parcels[0].currency
        raise PriceChanged(
            quoted=Money(before, currency),
            total=Money(now, currency),
            parcels=[pack_parcel(parcel) for parcel in parcels],
        )


def _sellers(session: Session, parcels: Sequence[Parcel]) -> dict[UUID, SellerInfo]:
    found = sellers.by_ids(session, [parcel.seller_id for parcel in parcels])
    suspended = [seller.id for seller in found.values() if seller.standing is Standing.SUSPENDED]
    if suspended:
        raise SellerSuspended(seller_ids=suspended)
    return found


def _write(
    session: Session,
    buyer: Principal,
    buyer_id: UUID,
    cart_id: UUID,
    parcels: Sequence[Parcel],
    sellers: dict[UUID, SellerInfo],
    address: Address,
    method: PaymentMethod,
) -> GroupView:
    group_id = new_id()
    orders = [
        SellerOrder(
            group_id=group_id,
            seller_id=parcel.seller_id,
            seller_person_id=sellers[parcel.seller_id].person_id,
            buyer_id=buyer_id,
            buyer_person_id=buyer.person_id,
            origin_region=parcel.origin_region,
            currency=parcel.currency,
            goods=parcel.goods,
            delivery=parcel.delivery,
            commission_bps=COMMISSION_BPS,
        )
        for parcel in parcels
    ]
    lines = {
        order.id: tuple(OrderLine(seller_order_id=order.id, **asdict(item)) for item in parcel.items)
        for order, parcel in zip(orders, parcels, strict=True)
    }
    splits = [
        payments.SplitIn(o.seller_id, o.id, Money(o.goods + o.delivery, o.currency), o.commission_bps) for o in orders
    ]
    payment = payments.create(
        session,
        source_type=SOURCE,
        source_id=group_id,
        payer_id=buyer.person_id,
        parts=splits,
        method=method,
        transfer_group=encode("grp", group_id),
    )
    session.flush()  # the statement below refers to the payment
    group = OrderGroup(
        id=group_id,
        cart_id=cart_id,
        buyer_id=buyer_id,
        payment_id=payment.id,
        method=method.value,
        currency=parcels[0].currency,
        region_code=address.region_code,
        community=address.community,
        address=seal(address),
        expires_at=datetime.max.replace(tzinfo=UTC),  # the database's clock says when
    )
    written = queries.insert_purchase(
        session,
        {**group.model_dump(), "buyer_person_id": buyer.person_id, "window": PAYMENT_WINDOW},
        [_json(order) for order in orders],
        [_json(line) for some in lines.values() for line in some],
    )
    group.created_at, group.expires_at = written.created_at, written.expires_at
    views = [OrderView(order, group, lines[order.id], None, address) for order in orders]
    return GroupView(group, tuple(views), address)


def _json(row: SellerOrder | OrderLine) -> dict[str, object]:
    return row.model_dump(mode="json", exclude_none=True)
