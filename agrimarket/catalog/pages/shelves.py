"""Cards of listings, as the market, a seller's page and a listing's own page show them; a piece without handlers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlmodel import Session

from agrimarket.catalog import rules
from agrimarket.catalog.pages import reach
from agrimarket.catalog.pages.reach import Near, Place
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.photos import PHOTO_SIZES, Picture
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo, in_script

DAY: Final = 86_400
JIN: Final = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """Listings with what their cards need beside them: names of places by code, and what can reach the reader's."""

    listings: list[ListingView]
    named: Mapping[str, RegionInfo]
    near: Mapping[str, Near]

    def cards(self, language: str) -> list[dict[str, Any]]:
        """The values of the cards, in units that people read."""
        return [
            card(listing, origin(listing, self.named, language), self.near.get(reference("listing", listing.id)))
            for listing in self.listings
        ]


def shelf(session: Session, listings: list[ListingView], place: Place, language: str) -> Shelf:
    """The shelf of these listings. One statement for what can reach a place, one for names in Latin letters."""
    named = {} if language.startswith("zh") else places.by_codes(session, {each.region_code for each in listings})
    return Shelf(listings, named, reach.each(session, listings, place, language))


def origin(listing: ListingView, named: Mapping[str, RegionInfo], language: str) -> str:
    """The name of the listing's place, as people of that language read it."""
    if language.startswith("zh") or listing.region_code not in named:
        return in_script(listing.origin_name, language)
    return named[listing.region_code].in_full(language)


def card(listing: ListingView, place: str, near: Near | None = None) -> dict[str, Any]:
    """The values of a listing's card, in units that people read; `place` is the name of its origin."""
    return {
        "id": reference("listing", listing.id),
        "title": listing.title,
        "names": listing.names,
        "place": place,
        "last_day": last_day(listing.perish_by),
        "left": listing.seconds_left / DAY,
        "keeps": listing.keeps_days,
        "pack": readable(listing.pack_grams),
        "price": listing.price,
        "was": listing.full_price if listing.full_price != listing.price else None,
        "then": then(listing),
        "per_kg": listing.price_per_kg,
        "per_jin": Money(listing.price.amount * JIN // listing.pack_grams, listing.price.currency),
        "priced_by": listing.priced_by.value,
        "available": listing.available_packs,
        "expected": listing.harvested_on if listing.expected else None,
        "state": listing.state.value,
        "closed_since": listing.closed_since,
        "closed_by": listing.closed_by,
        "photo": photo(listing.photos[0]) if listing.photos else None,
        "near": near,
    }


def then(listing: ListingView) -> tuple[date, Money, bool] | None:
    """(the day on which the price falls next, the price of that day, whether it is tomorrow); None where it stays."""
    if listing.price_changes_at is None:
        return None
    day = rules.china_day(listing.price_changes_at)
    today = rules.china_day(listing.perish_by - timedelta(seconds=listing.seconds_left))
    amount = rules.price_on(listing.full_price.amount, listing.markdown, listing.perish_by, day)
    return day, Money(amount, listing.full_price.currency), day == today + timedelta(days=1)


def photo(picture: Picture) -> dict[str, Any]:
    """A photo's addresses in the three sizes, its words, and the sides of the largest, so that nothing moves when it
    comes."""
    base = f"/photos/{reference('listing_photo', picture.id)}"
    small, middle, large = (f"{base}/{size}.webp" for size in PHOTO_SIZES)
    return {
        "small": small,
        "middle": middle,
        "large": large,
        "alt": picture.alt,
        "width": picture.width,
        "height": picture.height,
    }


def readable(grams: int) -> Weight:
    """A pack's weight: in jin if it is a whole number of half jin, else in grams; from one tonne up in tonnes."""
    return Weight(grams, "t" if grams >= 1_000_000 else "jin" if grams % 250 == 0 else "g")
