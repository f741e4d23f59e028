"""Rows of a file of listings: what each says, what it would change, and its faults. No session, no clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from agrimarket.bulk.states import RowState
from agrimarket.bulk.types import Change, CheckedRow
from agrimarket.catalog import rules
from agrimarket.catalog.states import EDITABLE, ListingState, PricedBy
from agrimarket.catalog.stocklists import cells as read
from agrimarket.catalog.stocklists.columns import COLUMNS, OF_LOT
from agrimarket.catalog.types.listings import SENT_BY_TRUCK
from agrimarket.catalog.types.stocklists import KindOfProduce, Stocked
from agrimarket.drive import drive
from agrimarket.integrations.sheet_columns import Columns
from agrimarket.integrations.sheet_rows import Fault, first_of_each, refused, weight
from agrimarket.kernel.errors import DomainError, Invalid
from agrimarket.typed.text import paragraphs

NEW, CHANGED, SAME = "new", "changed", "same"
DEFAULTS: Final[Mapping[str, Any]] = {
    "spoils_by": None,
    "description": "",
    "priced_by": PricedBy.PACK.value,
    "min_packs": 1,
    "max_packs": None,
    "modes": [mode.value for mode in SENT_BY_TRUCK],
    "publish": False,
}
"""What a new row means by a cell that is empty; the other columns have to be filled in."""
POINTERS: Final[Mapping[str, str]] = {
    "region_code": "region", "harvested_on": "harvested_on", "perish_by": "spoils_by", "pack": "pack",
    "max_packs": "max_packs", "quantity": "quantity", "product_id": "produce", **{column: column for column in OF_LOT},
}  # fmt: skip
"""Field of a refusal of the services → column."""
MAX_REFERENCE, MAX_TITLE, MAX_DESCRIPTION = 60, 200, 4_000
Answer = str | Fault


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a file is checked: produce by its names, places by what was typed, and listings by reference.

    `language` is that in which changes are told.
    """

    produce: Mapping[str, KindOfProduce]
    regions: Mapping[str, Answer]
    stocked: Mapping[str, Stocked]
    now: datetime
    language: str


def references(columns: Columns, rows: Sequence[tuple[int, list[str]]]) -> set[str]:
    """Every reference in the file."""
    return {text for _, cells in rows if (text := columns.cell(cells, "reference"))}


def regions_in(columns: Columns, rows: Sequence[tuple[int, list[str]]]) -> set[str]:
    """Every place that the rows name, as typed."""
    return {text for _, cells in rows if (text := columns.cell(cells, "region"))}


def check(columns: Columns, rows: Sequence[tuple[int, list[str]]], known: Known) -> list[CheckedRow]:
    """Every row with what it does, or its faults. A reference that stands in two rows is a fault of the later one."""
    seen: dict[str, int] = {}
    checked: list[CheckedRow] = []
    for number, cells in rows:
        row = _check(columns, number, cells, known)
        reference = columns.cell(cells, "reference")
        about = str(row.about_id) if row.about_id else reference
        if about and seen.setdefault(about, number) != number:
            fault = Fault("reference", "stock_repeated", {"row": str(seen[about])})
            row = CheckedRow(number, cells, RowState.ERROR, faults=[fault])
        checked.append(row)
    return checked


def _check(columns: Columns, number: int, cells: list[str], known: Known) -> CheckedRow:
    said, faults = _said(columns, cells, known)
    if len(cells) > columns.width:
        faults.append(Fault("", "bulk_cells_extra", {"width": str(columns.width)}))
    reference = columns.cell(cells, "reference")
    stocked = known.stocked.get(reference)
    if reference.startswith("lst_") and stocked is None:
        faults.append(Fault("reference", "stock_not_yours", {}))
    if not faults:
        faults = _against_rules(said, stocked, known)
    if faults:
        return CheckedRow(number, cells, RowState.ERROR, faults=first_of_each(faults, COLUMNS))
    if stocked is None:
        product_id = known.produce[said["produce"]].id
        values = {"reference": reference, "product_id": str(product_id), **DEFAULTS, **said}
        changes = [Change(c, "", read.written(c, values[c], known.language)) for c in COLUMNS if c in said]
        return CheckedRow(number, cells, RowState.READY, NEW, values, changes)
    changed = differing(said, stocked)
    values = {"reference": reference, **{column: said[column] for column in changed}}
    changes = [_change(column, stocked, said, known.language) for column in changed]
    state, act = (RowState.READY, CHANGED) if changed else (RowState.KNOWN, SAME)
    return CheckedRow(number, cells, state, act, values, changes, about_id=stocked.listing_id)


def _change(column: str, stocked: Stocked, said: Mapping[str, Any], language: str) -> Change:
    before = read.written(column, stocked.values[column], language)
    return Change(column, before, read.written(column, said[column], language))


def differing(said: Mapping[str, Any], stocked: Stocked) -> list[str]:
    """Columns in which a row says something else than what is on sale, in the columns' order."""
    return [column for column in COLUMNS if column in said and said[column] != stocked.values[column]]


def _said(columns: Columns, cells: Sequence[str], known: Known) -> tuple[dict[str, Any], list[Fault]]:
    """Values of the cells that are filled in, and the faults of those that cannot be read."""
    said, faults = dict[str, Any](), list[Fault]()
    readers: Mapping[str, Callable[[str], Any]] = {
        "reference": lambda text: read.words(text, MAX_REFERENCE),
        "harvested_on": read.day,
        "spoils_by": read.moment,
        "quantity": lambda text: weight(columns, "quantity", text)[0].grams,
        "pack": lambda text: weight(columns, "pack", text)[0].grams,
        "title": lambda text: read.words(text, MAX_TITLE),
        "description": lambda text: read.words(text, MAX_DESCRIPTION, paragraphs),
        "price": read.money,
        "priced_by": read.priced_by,
        "min_packs": read.packs,
        "max_packs": read.packs,
        "modes": read.modes,
        "publish": read.yes,
    }
    for column in COLUMNS:
        text = columns.cell(cells, column)
        if not text:
            if column == "reference":
                faults.append(Fault(column, "stock_reference_missing", {}))
            continue
        found = (
            _looked_up(column, text, known) if column not in readers else _read(column, readers[column], text, known)
        )
        if isinstance(found, Fault):
            faults.append(found)
        elif column != "reference":
            said[column] = found
    return said, faults


def _looked_up(column: str, text: str, known: Known) -> Answer:
    if column == "region":
        return known.regions[text]
    kind = known.produce.get(text.casefold())
    return kind.code if kind else Fault("produce", "stock_produce_unknown", {})


def _read(column: str, reader: Callable[[str], Any], text: str, known: Known) -> Any:
    if text.startswith("=") and column not in ("title", "description", "reference"):
        return Fault(column, "bulk_formula", {})
    try:
        return reader(text)
    except Invalid as error:
        return refused(error, {"": column}, known.language)


def _against_rules(said: Mapping[str, Any], stocked: Stocked | None, known: Known) -> list[Fault]:
    if stocked is None:
        missing = [c for c in COLUMNS if c != "reference" and c not in said and c not in DEFAULTS]
        if missing:
            return [Fault(column, "missing", {}) for column in missing]
        return _refused(lambda: _check_new(said, known), known)
    changed = differing(said, stocked)
    if changed and ListingState(stocked.state) not in EDITABLE:
        return [Fault("reference", "stock_ended", {})]
    kept = [Fault(column, "stock_kept", {}) for column in changed if column in OF_LOT]
    return kept or _refused(lambda: _check_packs({**stocked.values, **said}), known)


def _refused(judge: Callable[[], None], known: Known) -> list[Fault]:
    try:
        judge()
    except DomainError as error:
        return [refused(error, POINTERS, known.language)]
    return []


def _check_new(said: Mapping[str, Any], known: Known) -> None:
    harvested = date.fromisoformat(said["harvested_on"])
    rules.expected_share(harvested, rules.china_day(known.now), None, drive().presale.share_bps)
    keeps = known.produce[said["produce"]].keeps_days
    by = datetime.fromisoformat(said["spoils_by"]) if "spoils_by" in said else rules.perish_by(harvested, keeps)
    rules.check_perish_by(harvested, by, keeps, known.now)
    _check_packs({**DEFAULTS, **said})


def _check_packs(values: Mapping[str, Any]) -> None:
    rules.check_packs(values["pack"], values["min_packs"], values["max_packs"], values["quantity"])
