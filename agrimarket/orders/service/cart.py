"""Carts and quotes."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.orders import queries
from agrimarket.orders.errors import CartSpent, ListingUnavailable, TooManyLines
from agrimarket.orders.rules import MAX_LINES, MAX_PACKS, QUOTE_LIFETIME, Item, Parcel
from agrimarket.orders.service.pricing import price
from agrimarket.orders.types import CartView, Line, QuoteView
from agrimarket.regions.service import serviceability


def open_cart(session: Session, buyer: Principal, lines: Sequence[Line]) -> CartView:
    """A cart with these lines; lines of one listing are added up. One statement.

    `ListingUnavailable` for a listing that does not exist, `TooManyLines`. Prices and stock are told by a quote.
    """
    merged = _merged(lines)
    _require_size(merged)
    cart_id = new_id()
    try:
        queries.insert_cart(session, cart_id, _buyer(buyer), merged)
    except IntegrityError as error:
        raise ListingUnavailable(listing_ids=[]) from error
    return CartView(cart_id, tuple(merged))


def add_lines(session: Session, buyer: Principal, cart_id: UUID, lines: Sequence[Line]) -> CartView:
    """Put more into a cart; a listing that is there already gets more packs. `CartSpent` once it was ordered."""
    cart = _open_cart(session, buyer, cart_id)
    merged = _merged([*cart.lines, *lines])
    _require_size(merged)
    try:
        queries.put_lines(session, cart_id, _merged(lines))
    except IntegrityError as error:
        raise ListingUnavailable(listing_ids=[]) from error
    return CartView(cart_id, tuple(merged))


def set_packs(session: Session, buyer: Principal, cart_id: UUID, listing_id: UUID, packs: int) -> CartView:
    """Give a line so many packs; 0 takes it out. `NotFound` where the cart has no such line."""
    cart = _open_cart(session, buyer, cart_id)
    if not queries.set_line(session, cart_id, listing_id, packs):
        raise NotFound
    changed = [Line(line.listing_id, packs if line.listing_id == listing_id else line.packs) for line in cart.lines]
    return CartView(cart_id, tuple(line for line in changed if line.packs))


def cart(session: Session, buyer: Principal, cart_id: UUID) -> CartView:
    """The buyer's cart; one statement."""
    found = queries.cart(session, cart_id, _buyer(buyer))
    if found is None:
        raise NotFound
    return found


def quote(session: Session, buyer: Principal, cart_id: UUID, region_code: str, community: str | None) -> QuoteView:
    """What the cart costs at a destination, promised for ten minutes.

    Checks prices, stock (without holding any) and every seller's way there: `DeliveryRestricted` says what is
    closed, since when and by which notice. The quote tells what is in force even where it can be delivered.
    """
    found = cart(session, buyer, cart_id)
    if found.group_id is not None:
        raise CartSpent(group_id=found.group_id)
    parcels = price(session, found.lines, region_code, stock=True)
    serviceability.require(session, {parcel.origin_region for parcel in parcels}, region_code, community)
    told = serviceability.between(session, parcels[0].origin_region, region_code, community).restrictions
    quote_id = new_id()
    expires_at = queries.insert_quote(
        session,
        {
            "id": quote_id,
            "cart_id": cart_id,
            "region_code": region_code,
            "community": community,
            "goods": sum(parcel.goods for parcel in parcels),
            "delivery": sum(parcel.delivery for parcel in parcels),
            "currency": parcels[0].currency,
            "parcels": [pack_parcel(parcel) for parcel in parcels],
            "lifetime": QUOTE_LIFETIME,
        },
    )
    return QuoteView(quote_id, cart_id, region_code, community, parcels, expires_at, told)


def pack_parcel(parcel: Parcel) -> dict[str, Any]:
    """A parcel as JSON, for the promise that a quote keeps."""
    ids = {"listing_id", "lot_id", "product_id"}
    items = [
        {name: str(value) if name in ids else value for name, value in asdict(item).items()} for item in parcel.items
    ]
    return {
        "seller_id": str(parcel.seller_id),
        "origin_region": parcel.origin_region,
        "currency": parcel.currency,
        "delivery": parcel.delivery,
        "items": items,
    }


def unpack_parcel(stored: dict[str, Any]) -> Parcel:
    """The parcel that `pack_parcel` made JSON of."""
    items = tuple(
        Item(
            listing_id=UUID(item["listing_id"]),
            lot_id=UUID(item["lot_id"]),
            product_id=UUID(item["product_id"]),
            title=item["title"],
            packs=item["packs"],
            pack_grams=item["pack_grams"],
            unit_price=item["unit_price"],
            priced_by=item["priced_by"],
        )
        for item in stored["items"]
    )
    return Parcel(
        UUID(stored["seller_id"]), stored["origin_region"], stored["currency"], items, int(stored["delivery"])
    )


def _open_cart(session: Session, buyer: Principal, cart_id: UUID) -> CartView:
    if queries.lock_cart(session, _buyer(buyer), cart_id=cart_id, quote_id=None) is None:
        raise NotFound
    found = cart(session, buyer, cart_id)
    if found.group_id is not None:
        raise CartSpent(group_id=found.group_id)
    return found


def _buyer(principal: Principal) -> UUID:
    if principal.buyer_id is None:
        raise NotFound
    return principal.buyer_id


def _merged(lines: Sequence[Line]) -> list[Line]:
    packs: dict[UUID, int] = {}
    for line in lines:
        packs[line.listing_id] = packs.get(line.listing_id, 0) + line.packs
    return [Line(listing_id, number) for listing_id, number in packs.items()]


def _require_size(lines: Sequence[Line]) -> None:
    if len(lines) > MAX_LINES or any(line.packs > MAX_PACKS for line in lines):
        raise TooManyLines(pointer="/lines", lines=MAX_LINES, packs=MAX_PACKS)
