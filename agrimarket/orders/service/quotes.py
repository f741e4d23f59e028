"""Quotes: prices of carts at one destination, promised for some minutes."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal
from agrimarket.orders.queries import quotes as queries
from agrimarket.orders.rules import Item, Parcel, common_modes
from agrimarket.orders.service import carts
from agrimarket.orders.types import QuoteView
from agrimarket.regions.service import served, serviceability
from agrimarket.regions.types.serviceability import Mode


def make(
    session: Session,
    buyer: Principal,
    cart_id: UUID,
    region_code: str,
    community: str | None,
    mode: Mode = Mode.TRUCK,
) -> QuoteView:
    """Quote the cart's price at a destination and in a mode, which stands for the quote window.

    Checks prices, stock (without holding any) and every seller's way there: `DeliveryRestricted` says what is
    closed, since when and by which notice; `DestinationNotServed` where the drive delivers. The
    quote lists what is in force there even if it can be delivered.
    """
    cart = carts.require_unspent(carts.view(session, buyer, cart_id))
    served.require_destination(session, region_code)
    parcels = carts.price(session, cart.lines, region_code, stock=True, mode=mode)
    origins, offered = {parcel.origin_region for parcel in parcels}, common_modes(parcel.modes for parcel in parcels)
    told = serviceability.require(session, origins, region_code, community, mode=mode, offered=offered).restrictions
    quote_id = new_id()
    expires_at = queries.insert(
        session,
        {
            "id": quote_id,
            "cart_id": cart_id,
            "region_code": region_code,
            "community": community,
            "mode": mode,
            "goods": sum(parcel.goods for parcel in parcels),
            "delivery": sum(parcel.delivery for parcel in parcels),
            "currency": parcels[0].currency,
            "parcels": [to_json(parcel) for parcel in parcels],
            "lifetime": drive().windows.quote,
        },
    )
    return QuoteView(quote_id, cart_id, region_code, community, parcels, expires_at, told, mode)


def to_json(parcel: Parcel) -> dict[str, Any]:
    """A parcel as JSON, as a quote stores it."""
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


def from_json(stored: dict[str, Any]) -> Parcel:
    """The parcel that `to_json` wrote."""
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
