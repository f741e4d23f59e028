"""Files of listings: what is known for checking one, a row of one loaded, and all that is on sale written as one."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.bulk.service import files
from agrimarket.bulk.states import RowState
from agrimarket.bulk.types import Row
from agrimarket.catalog.errors import TooManyPlaces
from agrimarket.catalog.queries import stocklists as queries
from agrimarket.catalog.service import listings, lots, products
from agrimarket.catalog.states import ListingState, PricedBy
from agrimarket.catalog.stocklists import cells
from agrimarket.catalog.stocklists.columns import COLUMNS, OF_LOT
from agrimarket.catalog.stocklists.rows import DEFAULTS, NEW, Answer, Known, differing
from agrimarket.catalog.types.listings import NewListing
from agrimarket.catalog.types.lots import NewLot
from agrimarket.catalog.types.stocklists import KindOfProduce, Stocked
from agrimarket.integrations import sheets
from agrimarket.integrations.sheet_columns import headers
from agrimarket.integrations.sheet_rows import refused
from agrimarket.kernel import clock, ids
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PREFIXES, reference
from agrimarket.regions.service import places, served
from agrimarket.regions.types.serviceability import Mode

MAX_PLACES: Final = 1_000
"""Different places in one file; each is looked up once."""
_CODE = re.compile(r"^([1-9][0-9]{5})(?:\s|$)")
_OF_LISTING: Final[Mapping[str, str]] = {
    "title": "title",
    "description": "description",
    "pack": "pack_grams",
    "price": "price",
    "priced_by": "priced_by",
    "min_packs": "min_packs",
    "max_packs": "max_packs",
    "modes": "modes",
}


def known(session: Session, principal: Principal, typed: Collection[str], references: Collection[str]) -> Known:
    """What a file with these places and references is checked against. Three statements, and one a place.

    `TooManyPlaces`.
    """
    if len(typed) > MAX_PLACES:
        raise TooManyPlaces(pointer="/file", places=MAX_PLACES)
    language = principal.language
    return Known(
        produce=_produce(session),
        regions={text: _place(session, text, language) for text in sorted(typed)},
        stocked=_stocked(session, principal, references),
        now=clock.read(session),
        language=language,
    )


def _produce(session: Session) -> dict[str, KindOfProduce]:
    return {
        name.casefold(): KindOfProduce(kind.id, kind.code, kind.perishability_days)
        for kind in products.list_all(session)
        for name in (kind.code, *(kind.name(language) for language in LANGUAGES))
    }


def _place(session: Session, typed: str, language: str) -> Answer:
    coded = _CODE.match(typed)
    try:
        region = places.get(session, coded[1]) if coded else places.pointed(session, typed, "/region")
        served.require_origin(session, region, "/region")
    except DomainError as error:
        return refused(error, {"region": "region"}, language)
    return region.code


def _stocked(
    session: Session, principal: Principal, references: Collection[str], *, lock: bool = False
) -> dict[str, Stocked]:
    prefix = PREFIXES["listing"]
    named = {text: listing_id for text in references if (listing_id := _id(prefix, text))}
    seller_id = principal.require_seller()
    rows = queries.of_references(session, seller_id, references, list(named.values()), lock=lock)
    by_sku = {sku: stocked for sku, stocked in rows if sku}
    by_id = {stocked.listing_id: stocked for _, stocked in rows}
    return by_sku | {text: by_id[listing_id] for text, listing_id in named.items() if listing_id in by_id}


def _id(prefix: str, text: str) -> UUID | None:
    try:
        return ids.parse(prefix, text)
    except NotFound:
        return None


def load(session: Session, principal: Principal, rows: Sequence[Row]) -> None:
    """Do what a row says, as its seller: a new lot with its listing, or what it changes of one; and put it on sale.

    A reference is used once: a row whose listing was made meanwhile changes that one. What the services refuse is
    raised.
    """
    (row,) = rows
    values = dict(files.opened(row).values)
    sku = values.pop("reference")
    stocked = _stocked(session, principal, [sku], lock=True).get(sku)
    if stocked is not None and row.act == NEW:
        values = _of_one_there(values, stocked)
    publish = values.pop("publish", None)
    if stocked is None:
        listing_id = _add(session, principal, sku, values)
        changed = True
    else:
        listing_id = stocked.listing_id
        changed = _change(session, principal, stocked, values)
    state = stocked.state if stocked else ListingState.DRAFT
    if publish and state in (ListingState.DRAFT, ListingState.PAUSED):
        listings.publish(session, principal, listing_id)
        changed = True
    elif publish is False and state is ListingState.PUBLISHED:
        listings.pause(session, principal, listing_id)
        changed = True
    files.settle(rows, RowState.LOADED if changed else RowState.KNOWN, about_id=listing_id)


def _of_one_there(values: Mapping[str, Any], stocked: Stocked) -> dict[str, Any]:
    """What a row that was to make a listing says of one that was made meanwhile: what was filled in, and no default.

    `InvalidFields` where it tells another harvest.
    """
    unsaid = object()
    said = {
        column: value
        for column, value in values.items()
        if column in stocked.values and DEFAULTS.get(column, unsaid) != value
    }
    if kept := [column for column in differing(said, stocked) if column in OF_LOT]:
        raise InvalidFields([(f"/{column}", "stock_kept", {}) for column in kept])
    return said


def _add(session: Session, principal: Principal, sku: str, values: Mapping[str, Any]) -> UUID:
    by = values["spoils_by"]
    lot = lots.add(
        session,
        principal,
        NewLot(
            product_id=UUID(values["product_id"]),
            region_code=values["region"],
            harvested_on=date.fromisoformat(values["harvested_on"]),
            quantity=values["quantity"],
            perish_by=datetime.fromisoformat(by) if by else None,
        ),
    )
    made = NewListing(
        lot_id=lot.id,
        title=values["title"],
        pack_grams=values["pack"],
        price=Money(values["price"]),
        description=values["description"],
        priced_by=PricedBy(values["priced_by"]),
        min_packs=values["min_packs"],
        max_packs=values["max_packs"],
        modes=tuple(map(Mode, values["modes"])),
        sku=sku,
    )
    return listings.add(session, principal, made).id


def _change(session: Session, principal: Principal, stocked: Stocked, values: Mapping[str, Any]) -> bool:
    """Change what differs; whether anything did. What tells which harvest it is was kept out by the dry run."""
    changed = {column: values[column] for column in differing(values, stocked)}
    if "quantity" in changed:
        lots.correct_quantity(session, principal, stocked.lot_id, changed["quantity"])
    changes = {_OF_LISTING[column]: value for column, value in changed.items() if column in _OF_LISTING}
    if changes:
        if "price" in changes:
            changes["price"] = Money(changes["price"])
        listings.change(session, principal, stocked.listing_id, stocked.version, changes)
    return bool(changes) or "quantity" in changed


def template(file_format: str, language: str) -> bytes:
    """A file with nothing but the header, in that language."""
    return _file(file_format, language, ())


def export(session: Session, principal: Principal, file_format: str, language: str) -> bytes:
    """All that the seller has drafted or on sale, in the columns of the template: it reads back unchanged.

    A listing without a reference of the seller's own has its id as its reference.
    """
    rows = queries.open_(session, principal.require_seller())
    return _file(file_format, language, _lines(rows, _names(session), language))


def _names(session: Session) -> dict[tuple[str, str], str]:
    kinds = products.list_all(session)
    return {(kind.code, language): kind.name(language) for kind in kinds for language in LANGUAGES}


def _lines(
    rows: Iterable[tuple[str | None, Stocked]], names: Mapping[tuple[str, str], str], language: str
) -> Iterator[list[str]]:
    for sku, stocked in rows:
        values = {**stocked.values, "reference": sku or reference("listing", stocked.listing_id)}
        values["produce"] = names[values["produce"], language]
        yield [cells.written(column, values[column], language) for column in COLUMNS]


def _file(file_format: str, language: str, lines: Iterable[Sequence[str]]) -> bytes:
    header = headers("stock.column", COLUMNS, language)
    return sheets.write_xlsx(header, lines) if file_format == "xlsx" else sheets.write_csv(header, lines)
