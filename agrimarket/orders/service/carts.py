"""Carts: beginning, changing and viewing them, and pricing them for a destination."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from agrimarket.accounts.service import buyers
from agrimarket.catalog.service import listings
from agrimarket.catalog.service import stock as lot_stock
from agrimarket.catalog.types.listings import Offer
from agrimarket.drive import drive
from agrimarket.kernel.errors import DomainError, NotFound, found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import (
    CartEmpty,
    CartSpent,
    ListingUnavailable,
    ModeNotOffered,
    NotEnough,
    PacksOutOfRange,
    TooManyLines,
)
from agrimarket.orders.queries import carts as queries
from agrimarket.orders.rules import MAX_LINES, MAX_PACKS, Item, Parcel, common_modes
from agrimarket.orders.types import CartView, Line, Way
from agrimarket.regions.fees import delivery_fee
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Mode, Serviceability


def begin(session: Session, buyer: Principal, lines: Sequence[Line]) -> CartView:
    """Begin a cart with these lines; lines of one listing are added up. One statement.

    `ListingUnavailable` for a listing that does not exist, `TooManyLines`. A quote tells prices and stock.
    """
    merged = _merged(lines)
    _require_size(merged)
    cart_id = new_id()
    try:
        queries.insert(session, cart_id, buyer.require_buyer(), merged)
    except IntegrityError as error:
        raise ListingUnavailable(listing_ids=[]) from error
    return CartView(cart_id, tuple(merged))


def add_lines(session: Session, buyer: Principal, cart_id: UUID, lines: Sequence[Line]) -> CartView:
    """Add lines to a cart; a listing that is already in it gets more packs. `CartSpent` once it was ordered."""
    cart = _lock_unspent(session, buyer, cart_id)
    merged = _merged([*cart.lines, *lines])
    _require_size(merged)
    try:
        queries.put_lines(session, cart_id, _merged(lines))
    except IntegrityError as error:
        raise ListingUnavailable(listing_ids=[]) from error
    return CartView(cart_id, tuple(merged))


def set_packs(session: Session, buyer: Principal, cart_id: UUID, listing_id: UUID, packs: int) -> CartView:
    """Set a line's packs; 0 removes the line. `NotFound` if the cart has no such line."""
    cart = _lock_unspent(session, buyer, cart_id)
    if not queries.set_line(session, cart_id, listing_id, packs):
        raise NotFound
    changed = [Line(line.listing_id, packs if line.listing_id == listing_id else line.packs) for line in cart.lines]
    return CartView(cart_id, tuple(line for line in changed if line.packs))


def view(session: Session, buyer: Principal, cart_id: UUID) -> CartView:
    """The buyer's cart; `NotFound` for anybody else's. One statement."""
    return found(queries.view(session, cart_id, found(buyer.buyer_id)))


def look(session: Session, buyer: Principal, cart_id: UUID) -> CartView:
    """As `view`, with what has changed since: lines that cannot be ordered now, and why; and prices that changed.

    A cart goes where its newest quote went, else to the buyer's own county by truck. Two statements more than `view`
    where it was quoted, three where it was not; none for one that was ordered or is empty.
    """
    cart = view(session, buyer, cart_id)
    if cart.group_id is not None or not cart.lines:
        return cart
    way = queries.way(session, cart_id) or _home(session, buyer)
    offers = {offer.listing_id: offer for offer in listings.offers(session, [line.listing_id for line in cart.lines])}
    judged = serviceability.each(
        session,
        {offer.origin_region for offer in offers.values()},
        way.region_code,
        way.community,
        way.mode,
        offered=common_modes(offer.modes for offer in offers.values()),
    )
    found = {line.listing_id: _trouble(line, offers, way, judged) for line in cart.lines}
    blocked = {listing_id: why for listing_id, why in found.items() if why is not None}
    prices = {line.listing_id: _prices(line, offers.get(line.listing_id), way) for line in cart.lines}
    repriced = {listing_id: both for listing_id, both in prices.items() if both and both[0] != both[1]}
    return replace(cart, blocked=blocked, repriced=repriced)


def _prices(line: Line, offer: Offer | None, way: Way) -> tuple[Money, Money] | None:
    """What a pack of a line cost when it was last told, and now; None if it is not on sale.

    That is what its newest quote said. A line that was not quoted cost what its markdown made of the price of today on
    the day on which it was put in; if its seller has set another price since, that is not known.
    """
    if offer is None or not offer.published:
        return None
    quoted = way.quoted.get(line.listing_id)
    if quoted is not None:
        return Money(quoted, offer.price.currency), offer.price
    return listings.price_at(offer, line.added_at) if line.added_at else offer.price, offer.price


def _home(session: Session, buyer: Principal) -> Way:
    return Way(buyers.get(session, buyer.require_buyer()).region_code, None, Mode.TRUCK)


def _trouble(
    line: Line, offers: Mapping[UUID, Offer], way: Way, judged: Mapping[str, Serviceability]
) -> DomainError | None:
    """Why a line cannot be ordered now; what nobody can help comes first."""
    offer = offers.get(line.listing_id)
    if offer is None or not offer.published:
        return ListingUnavailable(listing_ids=[line.listing_id])
    if way.mode not in offer.modes:
        return _not_offered([line], offers, way.mode)
    if judged[offer.origin_region].verdict is not Verdict.OPEN:
        return serviceability.refusal(judged[offer.origin_region], way.region_code, way.community)
    return _too_few(offer) if line.packs > offer.available_packs else None


def require_unspent(cart: CartView) -> CartView:
    """The cart; `CartSpent` once it was ordered."""
    if cart.group_id is not None:
        raise CartSpent(group_id=cart.group_id)
    return cart


def price(
    session: Session, lines: Sequence[Line], destination: str, *, stock: bool, mode: Mode = Mode.TRUCK
) -> tuple[Parcel, ...]:
    """Parcels of the lines at today's prices, one for each seller, in order of seller ids. One statement.

    `CartEmpty`, `LotSoldOut` (a listing that ended by it), `ListingUnavailable` (not on sale for any other reason),
    `PacksOutOfRange` (fewer or more than is sold at once), `ModeNotOffered` (a seller does not deliver so). With
    `stock`, `NotEnough` if lines that share a lot want more than is free: an early warning; the reservation decides.
    """
    if not lines:
        raise CartEmpty
    offers = {offer.listing_id: offer for offer in listings.offers(session, [line.listing_id for line in lines])}
    gone = [line.listing_id for line in lines if line.listing_id not in offers or not offers[line.listing_id].published]
    if gone:
        raise _unavailable(session, gone, offers)
    _require_mode(lines, offers, mode)
    if stock:
        _require_stock(lines, offers)
    by_seller: dict[UUID, list[Item]] = {}
    for line in sorted(lines, key=lambda line: line.listing_id):
        offer = offers[line.listing_id]
        _require_range(offer, line.packs)
        by_seller.setdefault(offer.seller_id, []).append(_item(offer, line.packs))
    origins = {offer.seller_id: offer for offer in offers.values()}
    return tuple(
        _parcel(origins[seller_id], tuple(items), destination, mode, offers)
        for seller_id, items in sorted(by_seller.items())
    )


def _lock_unspent(session: Session, buyer: Principal, cart_id: UUID) -> CartView:
    found(queries.lock(session, found(buyer.buyer_id), cart_id=cart_id, quote_id=None))
    return require_unspent(view(session, buyer, cart_id))


def _merged(lines: Sequence[Line]) -> list[Line]:
    packs: dict[UUID, int] = {}
    for line in lines:
        packs[line.listing_id] = packs.get(line.listing_id, 0) + line.packs
    return [Line(listing_id, number) for listing_id, number in packs.items()]


def _require_size(lines: Sequence[Line]) -> None:
    if len(lines) > MAX_LINES or any(line.packs > MAX_PACKS for line in lines):
        raise TooManyLines(pointer="/lines", lines=MAX_LINES, packs=MAX_PACKS)


def _unavailable(session: Session, gone: Sequence[UUID], offers: Mapping[UUID, Offer]) -> Exception:
    """Why these lines cannot be had: sold a moment ago, where that is so of all of them, else not on sale."""
    ended = [offers[listing_id] for listing_id in gone if listing_id in offers]
    if len(ended) == len(gone) and all(offer.sold_out for offer in ended):
        return lot_stock.sold_out(session, ended[0].lot_id)
    return ListingUnavailable(listing_ids=list(gone))


def _require_mode(lines: Sequence[Line], offers: Mapping[UUID, Offer], mode: Mode) -> None:
    without = [line for line in lines if mode not in offers[line.listing_id].modes]
    if without:
        raise _not_offered(without, offers, mode)


def _not_offered(without: Sequence[Line], offers: Mapping[UUID, Offer], mode: Mode) -> ModeNotOffered:
    shared = common_modes(offer.modes for offer in offers.values())
    return ModeNotOffered(
        pointer="/mode",
        listing_ids=[line.listing_id for line in without],
        mode=mode.value,
        offered=[each.value for each in shared],
        title=offers[without[0].listing_id].title,
    )


def _require_stock(lines: Sequence[Line], offers: Mapping[UUID, Offer]) -> None:
    wanted: dict[UUID, int] = {}
    for line in lines:
        offer = offers[line.listing_id]
        wanted[offer.lot_id] = wanted.get(offer.lot_id, 0) + line.packs * offer.pack_grams
        free = (offer.available_packs + 1) * offer.pack_grams  # offers count whole packs; more may be free
        if line.packs > offer.available_packs or wanted[offer.lot_id] >= free:
            raise _too_few(offer)


def _too_few(offer: Offer) -> NotEnough:
    return NotEnough(
        listing_id=offer.listing_id,
        available_packs=offer.available_packs,
        title=offer.title,
        left=offer.available_packs,
    )


def _require_range(offer: Offer, packs: int) -> None:
    if packs < offer.min_packs or (offer.max_packs is not None and packs > offer.max_packs):
        raise PacksOutOfRange(
            listing_id=offer.listing_id,
            min_packs=offer.min_packs,
            max_packs=offer.max_packs,
            title=offer.title,
            least=offer.min_packs,
            most=offer.max_packs or 0,
        )


def _item(offer: Offer, packs: int) -> Item:
    return Item(
        listing_id=offer.listing_id,
        lot_id=offer.lot_id,
        product_id=offer.product_id,
        title=offer.title,
        packs=packs,
        pack_grams=offer.pack_grams,
        unit_price=offer.price.amount,
        priced_by=offer.priced_by.value,
    )


def _parcel(
    origin: Offer, items: tuple[Item, ...], destination: str, mode: Mode, offers: Mapping[UUID, Offer]
) -> Parcel:
    grams = sum(item.grams for item in items)
    fees = drive().fees.delivery
    fee = delivery_fee(grams, origin.origin_region, destination, fees, mode)
    modes = common_modes(offers[item.listing_id].modes for item in items)
    expected = any(offers[item.listing_id].expected_on is not None for item in items)
    return Parcel(origin.seller_id, origin.origin_region, origin.price.currency, items, fee, modes, expected)
