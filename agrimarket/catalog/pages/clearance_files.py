"""A clearance list as a file that a spreadsheet opens, and the lists of all days as an Atom feed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from agrimarket.catalog.pages import atom
from agrimarket.catalog.pages.atom import Entry
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
COLUMNS: Final = (
    "number", "product", "grade", "place", "region", "jin", "kg", "spoils", "price_jin", "price_kg", "pack", "how",
    "office", "given_on",
)  # fmt: skip


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
            grade_of(line, language),
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


def grade_of(line: ClearanceLine, language: str) -> str:
    """How it was sorted, in words; "" where nobody said."""
    return t(f"grade.{line.grade}", language) if line.grade else ""


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
    entries = [
        Entry(
            id=f"{site}/clearance/{sheet.day}?edition={sheet.edition}",
            title=title_of(CLEARANCE, str(sheet.day), language),
            updated=sheet.made_at,
            summary=summary(sheet, language),
            page=f"{site}/clearance/{sheet.day}",
            file=f"{site}/clearance/{sheet.day}.csv",
        )
        for sheet in found
    ]
    return atom.feed(t("clearance.title", language), f"{site}/clearance", f"{site}/clearance/feed", entries, language)


def summary(sheet: ClearanceSheet, language: str) -> str:
    """What a list amounts to, and why it was corrected, in a sentence or two."""
    told = t("clearance.sum", language, count=sheet.rows, tonnes=f"{Decimal(sheet.grams) / 1_000_000:,.1f}")
    return f"{told} {t('clearance.corrected', language, edition=sheet.edition, why=sheet.why)}" if sheet.why else told
