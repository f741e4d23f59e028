"""A clearance list as a file that a spreadsheet opens, and the lists of all days as an Atom feed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree

from agrimarket.catalog.types.clearance import ClearanceLine, ClearanceSheet
from agrimarket.drive import drive
from agrimarket.integrations import sheets
from agrimarket.kernel.addresses import CLEARANCE, title_of
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.money import Money, minor_digits
from agrimarket.kernel.quantity import GRAMS
from agrimarket.kernel.resources import reference

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ATOM: Final = "application/atom+xml; charset=utf-8"
COLUMNS: Final = (
    "number", "product", "grade", "place", "region", "jin", "kg", "spoils", "price_jin", "price_kg", "pack", "how",
    "office", "given_on",
)  # fmt: skip
_ATOM_SPACE: Final = "http://www.w3.org/2005/Atom"


def per_jin(price: Money | None) -> Money | None:
    """That price of a kilogram for half of it, to the nearest minor unit."""
    return price and Money(round(Decimal(price.amount) / 2), price.currency)


def file_of(lines: Sequence[ClearanceLine], places: Mapping[str, str], language: str, site: str, kind: str) -> bytes:
    """The lines as a CSV or XLSX in that language; `site` is the address of this one, for links to listings."""
    header = [t(f"clearance.column.{column}", language) for column in COLUMNS]
    write = sheets.write_xlsx if kind == "xlsx" else sheets.write_csv
    return write(header, _rows(lines, places, language, site))


def _rows(lines: Sequence[ClearanceLine], places: Mapping[str, str], language: str, site: str) -> Iterator[list[str]]:
    for line in lines:
        yield [
            line.number,
            line.called(language),
            line.grade or "",
            places.get(line.region_code, line.origin_name),
            line.region_code,
            _weight(line.grams, "jin"),
            _weight(line.grams, "kg"),
            last_day(line.spoils_at).isoformat(),
            _plain(per_jin(line.price_per_kg)),
            _plain(line.price_per_kg),
            _weight(line.pack_grams, "kg"),
            how_to_buy(line, language, site),
            line.office,
            line.given_on.isoformat(),
        ]


def how_to_buy(line: ClearanceLine, language: str, site: str) -> str:
    """Address of the listing, or whom to call."""
    if line.listing_id is not None:
        return f"{site}/listings/{reference('listing', line.listing_id)}"
    return t("clearance.call", language, telephone=drive().contact.telephone)


def _weight(grams: int | None, unit: str) -> str:
    return "" if grams is None else f"{Decimal(grams) / GRAMS[unit]:f}"


def _plain(price: Money | None) -> str:
    return "" if price is None else f"{Decimal(price.amount).scaleb(-minor_digits(price.currency)):f}"


def feed_of(found: Sequence[ClearanceSheet], language: str, site: str) -> bytes:
    """An Atom feed of those lists, each with its page and its file."""
    feed = ElementTree.Element("feed", {"xmlns": _ATOM_SPACE, "xml:lang": language})
    _text(feed, "id", f"{site}/clearance")
    _text(feed, "title", f"{t('clearance.title', language)} · {drive().name.in_(language)}")
    _text(feed, "updated", found[0].made_at.isoformat() if found else "1970-01-01T00:00:00+00:00")
    author = ElementTree.SubElement(feed, "author")
    _text(author, "name", drive().operator.in_(language))
    _link(feed, "self", f"{site}/clearance/feed", ATOM.partition(";")[0])
    _link(feed, "alternate", f"{site}/clearance", "text/html")
    for sheet in found:
        entry = ElementTree.SubElement(feed, "entry")
        page = f"{site}/clearance/{sheet.day}"
        _text(entry, "id", f"{page}?edition={sheet.edition}")
        _text(entry, "title", title_of(CLEARANCE, str(sheet.day), language))
        _text(entry, "updated", sheet.made_at.isoformat())
        _text(entry, "summary", summary(sheet, language))
        _link(entry, "alternate", page, "text/html")
        _link(entry, "enclosure", f"{page}.csv", "text/csv")
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def summary(sheet: ClearanceSheet, language: str) -> str:
    """What a list amounts to, and why it was corrected, in a sentence or two."""
    told = t("clearance.sum", language, count=sheet.rows, tonnes=f"{Decimal(sheet.grams) / 1_000_000:,.1f}")
    return f"{told} {t('clearance.corrected', language, edition=sheet.edition, why=sheet.why)}" if sheet.why else told


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, name).text = words


def _link(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "href": href, "type": media_type})
