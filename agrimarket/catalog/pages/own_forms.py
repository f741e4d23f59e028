"""What sellers type into the forms of their lots and listings, read as the API reads it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, TypeVar

from sqlmodel import Session

from agrimarket.catalog.schemas.listings import ListingChange, ListingIn
from agrimarket.catalog.schemas.lots import LotIn
from agrimarket.catalog.types.listings import ListingView, Markdown, NewListing
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.http import amounts, weights
from agrimarket.http.formdata import several, texts
from agrimarket.http.request import decode_model
from agrimarket.kernel import numbers
from agrimarket.kernel.errors import DomainError, Invalid, InvalidFields
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import SPELLINGS, parse_weight
from agrimarket.kernel.resources import reference
from agrimarket.kernel.wire import field_code
from agrimarket.regions.service import places
from agrimarket.typed import Refused, days
from agrimarket.typed.text import trimmed

OTHER = "other"
"""Choice of produce that is none of those for which the seller was approved."""
PERCENT: numbers.Units = MappingProxyType({"%": "percent", "percent": "percent"})
Value = TypeVar("Value")


class Reading:
    """A form being read: every wrong field is told at once."""

    def __init__(self, given: Mapping[str, Any], language: str) -> None:
        self.data = given
        self.given = texts(given)
        self.language = language
        self.wrong: list[tuple[str, str, dict[str, Any]]] = []

    def take(self, name: str, read: Callable[[], Value]) -> Value | None:
        """What `read` makes of the field; None, and a wrong field more, if it refuses."""
        try:
            return read()
        except InvalidFields as error:
            self.wrong += error.fields
        except Invalid as error:
            self.wrong.append((f"/{name}", field_code(error), error.values))
        except Refused as error:
            self.wrong.append((f"/{name}", str(error), {}))
        return None

    def text(self, name: str) -> str:
        """What was typed into the field, trimmed."""
        return trimmed(self.given.get(name, ""))

    def count(self, name: str, units: numbers.Units = MappingProxyType({})) -> int | None:
        """A whole number, perhaps of `units`; None for a blank field."""
        text = self.text(name)
        return self.take(name, lambda: numbers.whole(text, units)) if text else None

    def money(self, name: str) -> Money | None:
        """Money as it is typed."""
        text = self.text(name)
        if not text:
            self.missing(name)
            return None
        return self.take(name, lambda: amounts.money(text, f"/{name}"))

    def weight(self, name: str) -> int | None:
        """A weight in grams, in the unit beside it."""
        text = weights.typed(self.given, name, self.language)
        if not text:
            self.missing(name)
            return None
        found = self.take(name, lambda: parse_weight(text))
        return found and found.grams

    def missing(self, name: str) -> None:
        """Note that the field was left blank."""
        self.wrong.append((f"/{name}", "missing", {}))

    def photo(self, add: Callable[[], Any]) -> None:
        """Keep a photo; whatever is wrong with it is a wrong field."""
        try:
            add()
        except DomainError as refusal:
            self.wrong.append(("/photos", refusal.code.replace(".", "_"), refusal.values))

    def check(self) -> None:
        """`InvalidFields` if any field was wrong."""
        if self.wrong:
            raise InvalidFields(self.wrong)


def lot_of(session: Session, reading: Reading, known: LotView | None, home: str) -> NewLot:
    """The harvest that was typed; what is asked on another page stays as in `known`. `home` is the seller's place."""
    chosen = reading.text("product_id")
    said: dict[str, Any] = {
        "product_id": reading.text("other") if chosen == OTHER else chosen,
        "harvested_on": reading.text("harvested_on"),
        "quantity": weights.typed(reading.given, "quantity", reading.language),
        "share_percent": reading.count("share_percent", PERCENT),
    }
    named = {name: value for name, value in said.items() if value not in ("", None)}
    unclear: DomainError | None = None
    try:
        named["region_code"] = _place(session, reading, known, home)
    except DomainError as refusal:  # it names the places that may be meant, and is told once the rest is right
        named["region_code"], unclear = home, refusal
    data = reading.take("", lambda: decode_model(LotIn, named))
    reading.check()
    if unclear is not None:
        raise unclear
    if data is None:  # `check` has raised
        raise InvalidFields([])
    lot = data.lot()
    if known is None:
        return lot
    same_days = (known.harvested_on, known.product_id) == (lot.harvested_on, lot.product_id)
    return NewLot(
        lot.product_id,
        lot.region_code,
        lot.harvested_on,
        lot.quantity,
        known.perish_by if same_days else None,
        lot.share,
        known.grade,
        known.storage if known.product_id == lot.product_id else None,
    )


def _place(session: Session, reading: Reading, known: LotView | None, home: str) -> str:
    """Code of the place that was typed; one that was left as the page filled it in is not looked for again."""
    typed, before = reading.text("region_code"), reading.text("region_before")
    if not typed or typed == before:
        return known.region_code if known else home
    return places.pointed(session, typed, "/region_code").code


def listing_of(reading: Reading, lot: LotView, title: str) -> NewListing:
    """Pack and price that were typed, as a listing of the lot with that title."""
    price, markdown = reading.money("price"), None
    if reading.text("markdown_on"):
        markdown = markdown_of(reading)
    said: dict[str, Any] = {
        "lot_id": reference("lot", lot.id),
        "title": title,
        "pack": weights.typed(reading.given, "pack", reading.language) or None,
        "price": None if price is None else {"amount": price.amount, "currency": price.currency},
        "priced_by": reading.text("priced_by") or None,
        "min_packs": reading.count("min_packs"),
        "max_packs": reading.count("max_packs"),
        "modes": [mode for mode in several(reading.data.get("modes", [])) if mode],
    }
    wrong = {pointer for pointer, *_ in reading.wrong}
    named = {name: value for name, value in said.items() if value is not None}
    try:
        data = decode_model(ListingIn, named)
    except InvalidFields as error:
        reading.wrong += [each for each in error.fields if f"/{each[0].split('/')[1]}" not in wrong]
        raise InvalidFields(reading.wrong) from error
    reading.check()
    listing = data.listing()
    return NewListing(
        listing.lot_id,
        listing.title,
        listing.pack_grams,
        listing.price,
        listing.description,
        listing.priced_by,
        listing.min_packs,
        listing.max_packs,
        listing.modes,
        markdown,
    )


def markdown_of(reading: Reading) -> Markdown | None:
    """The rule by which the price falls; None, with its wrong fields noted, if it cannot be read."""
    floor = reading.money("markdown")
    days_ = reading.count("from_days", numbers.COUNTED["day"])
    if days_ is None and not reading.text("from_days"):
        reading.missing("from_days")
    return None if floor is None or days_ is None else Markdown(floor.amount, days_)


def title_of(reading: Reading) -> dict[str, Any]:
    """What a listing is called and what is told of it, as changes of it."""
    return _changes(reading, {}, ("title",))


def words_of(reading: Reading) -> dict[str, Any]:
    """What a listing says and how it is ordered, as changes of it."""
    said: dict[str, Any] = {
        "min_packs": reading.count("min_packs"),
        "max_packs": reading.count("max_packs"),
        "modes": [mode for mode in several(reading.data.get("modes", [])) if mode],
    }
    return _changes(reading, said, ("title", "min_packs"))


def _changes(reading: Reading, said: dict[str, Any], needed: Sequence[str]) -> dict[str, Any]:
    said = {"title": reading.text("title"), "description": reading.text("description") or None, **said}
    for name in needed:
        if not reading.text(name):
            reading.missing(name)
    data = reading.take("", lambda: decode_model(ListingChange, said))
    reading.check()
    return {} if data is None else data.changes()


def harvest_of(reading: Reading) -> tuple[int, date | None]:
    """What came in, in grams (0 for nothing), and the day, if it is said."""
    day = reading.text("harvested_on")
    none = reading.take("came_in", lambda: numbers.read(reading.text("came_in"), SPELLINGS).value == 0)
    grams = 0 if none else reading.weight("came_in")
    on = reading.take("harvested_on", lambda: days.day(day)) if day else None
    reading.check()
    return grams or 0, on


def last_moment(reading: Reading) -> datetime | None:
    """End of the last day on which the produce is good, in China."""
    following = reading.take("perish_by", lambda: days.day_after(reading.text("perish_by")))
    if following is None:
        return None
    return datetime(following.year, following.month, following.day, tzinfo=PEOPLES_ZONE)


def revised(lot: LotView, **changes: Any) -> NewLot:
    """The lot as it is, with those changes."""
    same: dict[str, Any] = {
        "product_id": lot.product_id,
        "region_code": lot.region_code,
        "harvested_on": lot.harvested_on,
        "quantity": lot.quantity,
        "perish_by": lot.perish_by,
        "share": lot.expected_share,
        "grade": lot.grade,
        "storage": lot.storage,
    }
    return NewLot(**(same | changes))


def typed_of_listing(listing: ListingView | None, language: str) -> dict[str, Any]:
    """Fields of pack and price, as they stand in the form."""
    if listing is None:
        return {"priced_by": "pack", "min_packs": "1", "modes": ["truck", "contactless_point"]}
    number, unit = weights.split(f"{listing.pack_grams}g", language)
    shown: dict[str, Any] = {
        "pack": number,
        "pack_unit": unit,
        "price": amounts.plain(listing.full_price),
        "priced_by": listing.priced_by.value,
        "min_packs": str(listing.min_packs),
        "max_packs": str(listing.max_packs or ""),
        "modes": list(listing.modes),
    }
    if listing.markdown:
        floor = Money(listing.markdown.floor, listing.price.currency)
        shown |= {"markdown_on": "yes", "markdown": amounts.plain(floor), "from_days": str(listing.markdown.days)}
    return shown
