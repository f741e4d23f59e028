"""Structured data about listings for programs that read pages: schema.org's Product and Offer, and cards of links.

A piece without handlers. JSON-LD is data, which a browser does not run, so that the Content-Security-Policy lets it be.
"""

from dataclasses import dataclass
from typing import Any, Final

from agrimarket.catalog.states import ListingState
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.money import minor_digits
from agrimarket.kernel.resources import reference

_AVAILABILITY: Final = {
    ListingState.PUBLISHED: "InStock",
    ListingState.PAUSED: "OutOfStock",
    ListingState.SOLD_OUT: "SoldOut",
}
"""What schema.org calls it; all other states are `Discontinued`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a listing's page tells programs: the address that stays, a title, a sentence, a picture, and JSON-LD."""

    url: str
    title: str
    description: str
    image: str
    linked: dict[str, Any]


def of_listing(listing: ListingView, seller: str, base: str, language: str) -> Told:
    """What the page of a listing tells; `base` is the address of this site, without a slash at the end."""
    number = reference("listing", listing.id)
    url = f"{base}/listings/{number}"
    description = listing.description.strip() or t(
        "listing.shared_more",
        language,
        names=listing.names[language],
        seller=seller,
        day=last_day(listing.perish_by),
    )
    pictures = [f"{base}/photos/{reference('listing_photo', photo.id)}/1600.webp" for photo in listing.photos]
    return Told(
        url=url,
        title=t("listing.shared", language, title=listing.title, price=listing.price),
        description=" ".join(description.split())[:200],
        image=f"{url}/card.png",
        linked={
            "@context": "https://schema.org",
            "@type": "Product",
            "@id": url,
            "url": url,
            "name": listing.title,
            "description": description,
            "category": listing.names[language],
            "sku": number,
            "image": pictures or [f"{url}/card.png"],
            "weight": {"@type": "QuantitativeValue", "value": listing.pack_grams, "unitCode": "GRM"},
            "offers": _offer(listing, seller, url, base),
        },
    )


def _offer(listing: ListingView, seller: str, url: str, base: str) -> dict[str, Any]:
    kind = _AVAILABILITY.get(listing.state, "Discontinued")
    if kind == "InStock":
        kind = "OutOfStock" if listing.available_packs < 1 else "PreOrder" if listing.expected else kind
    amount = listing.price.amount / 10 ** minor_digits(listing.price.currency)
    return {
        "@type": "Offer",
        "url": url,
        "price": f"{amount:.{minor_digits(listing.price.currency)}f}",
        "priceCurrency": listing.price.currency,
        "availability": f"https://schema.org/{kind}",
        "itemCondition": "https://schema.org/NewCondition",
        "priceValidUntil": str(last_day(listing.price_changes_at or listing.perish_by)),
        "seller": {
            "@type": "Organization",
            "name": seller,
            "url": f"{base}/sellers/{reference('seller', listing.seller_id)}",
        },
    }
