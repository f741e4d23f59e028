"""A seller's listing in words: as its buyers see it, and what it brings in."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from agrimarket.catalog import rules
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.photos import MAX_PHOTOS
from agrimarket.drive import drive
from agrimarket.http import weights
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places
from agrimarket.regions.types.places import in_script

DAY = timedelta(days=1).total_seconds()


def words(grams: int, language: str) -> str:
    """A weight in jin first where Chinese is read, with the other unit beside it."""
    unit = "jin" if weights.units(language)[0] == "jin" else "kg"
    return weights.conversion(f"{grams}g", language) if grams < 500 else _both(grams, unit, language)


def _both(grams: int, unit: str, language: str) -> str:
    beside = "kg" if unit == "jin" else "jin"
    return t("form.weight_in_jin", language, jin=Weight(grams, unit), kg=Weight(grams, beside))


def place(session: Session, code: str, name: str, language: str) -> str:
    """Name of a place as people of that language read it."""
    return in_script(name, language) if language.startswith("zh") else places.called(session, {code}, language)[code]


def card(session: Session, listing: ListingView, language: str) -> dict[str, Any]:
    """What buyers see of a listing, in units that people read."""
    photos = [(reference("listing_photo", photo.id), photo.width, photo.height, photo.alt) for photo in listing.photos]
    return {
        "id": reference("listing", listing.id),
        "lot_id": reference("lot", listing.lot_id),
        "title": listing.title,
        "description": listing.description,
        "name": listing.names[language],
        "place": place(session, listing.region_code, listing.origin_name, language),
        "left": listing.seconds_left / DAY,
        "keeps": listing.keeps_days,
        "last_day": last_day(listing.perish_by),
        "harvested_on": listing.harvested_on,
        "expected": listing.expected,
        "pack": words(listing.pack_grams, language),
        "price": listing.price,
        "full_price": listing.full_price,
        "per_jin": rules.per_jin(listing.price, listing.pack_grams),
        "by_weight": listing.priced_by.value == "weight",
        "available": listing.available_packs,
        "min_packs": listing.min_packs,
        "max_packs": listing.max_packs,
        "modes": [t(f"reach.mode.{mode}", language) for mode in listing.modes],
        "grade": t(f"grade.{listing.grade}", language) if listing.grade else "",
        "storage": t(f"storage.{listing.storage}", language),
        "photos": photos,
        "more_photos": MAX_PHOTOS - len(photos),
        "falls": _falls(listing),
        "state": listing.state.value,
        "version": listing.version,
    }


def _falls(listing: ListingView) -> list[tuple[Any, Money]]:
    """The days on which it is cheaper, with the price of each."""
    if listing.markdown is None:
        return []
    days = rules.price_days(listing.full_price.amount, listing.markdown, listing.perish_by)
    return [(day, Money(price, listing.price.currency)) for day, price in days]


def brings(listing: ListingView, quantity: int, language: str) -> list[str]:
    """What a pack and all of the lot bring in at the full price: what the drive keeps, and what arrives."""
    share, said = drive().fees.commission_bps, list[str]()
    for key, packs in (("pack", 1), ("all", quantity // listing.pack_grams)):
        if packs < 1:
            continue
        paid, kept, arrives = rules.proceeds(listing.full_price, packs, share)
        key = f"sell.brings.{key}" + ("" if kept.amount else "_free")
        said.append(t(key, language, paid=paid, kept=kept, arrives=arrives, packs=packs))
    return said
