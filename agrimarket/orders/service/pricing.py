"""From lines to parcels: what a cart costs now at one destination."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import listings
from agrimarket.catalog.types import Offer
from agrimarket.orders.errors import CartEmpty, ListingUnavailable, NotEnough, PacksOutOfRange
from agrimarket.orders.rules import Item, Parcel, delivery_fee
from agrimarket.orders.types import Line


def price(session: Session, lines: Sequence[Line], destination: str, *, stock: bool) -> tuple[Parcel, ...]:
    """The lines as parcels, one a seller in order of their ids, at today's prices. One statement.

    `CartEmpty`, `ListingUnavailable` (not on sale), `PacksOutOfRange` (fewer or more than is sold at once). With
    `stock`, `NotEnough` where lines that share a lot want more than is free: said early, decided by the reservation.
    """
    if not lines:
        raise CartEmpty
    offers = {offer.listing_id: offer for offer in listings.offers(session, [line.listing_id for line in lines])}
    gone = [line.listing_id for line in lines if line.listing_id not in offers or not offers[line.listing_id].published]
    if gone:
        raise ListingUnavailable(listing_ids=gone)
    if stock:
        _require_stock(lines, offers)
    by_seller: dict[UUID, list[Item]] = {}
    for line in sorted(lines, key=lambda line: line.listing_id):
        offer = offers[line.listing_id]
        _require_range(offer, line.packs)
        by_seller.setdefault(offer.seller_id, []).append(_item(offer, line.packs))
    origins = {offer.seller_id: offer for offer in offers.values()}
    return tuple(
        _parcel(origins[seller_id], tuple(items), destination) for seller_id, items in sorted(by_seller.items())
    )


def _require_stock(lines: Sequence[Line], offers: Mapping[UUID, Offer]) -> None:
    wanted: dict[UUID, int] = {}
    for line in lines:
        offer = offers[line.listing_id]
        wanted[offer.lot_id] = wanted.get(offer.lot_id, 0) + line.packs * offer.pack_grams
        free = (offer.available_packs + 1) * offer.pack_grams  # whole packs are known; less than one more is hidden
        if line.packs > offer.available_packs or wanted[offer.lot_id] >= free:
            raise NotEnough(
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


def _parcel(origin: Offer, items: tuple[Item, ...], destination: str) -> Parcel:
    grams = sum(item.grams for item in items)
    fee = delivery_fee(grams, origin.origin_region, destination)
    return Parcel(origin.seller_id, origin.origin_region, origin.price.currency, items, fee)
