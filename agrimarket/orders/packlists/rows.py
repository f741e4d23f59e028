"""Rows of a file of packed orders, one a line: what they do to each order, and their faults. No session, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from agrimarket.bulk.states import RowState
from agrimarket.bulk.types import Change, CheckedRow
from agrimarket.integrations.sheet_columns import Columns
from agrimarket.integrations.sheet_rows import Fault, first_of_each, refused, weight
from agrimarket.kernel import numbers
from agrimarket.kernel.errors import Invalid, NotFound
from agrimarket.kernel.i18n import render
from agrimarket.kernel.ids import parse
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import PREFIXES
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.packlists.columns import COLUMNS
from agrimarket.orders.rules import MAX_PACKS
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import OrderView
from agrimarket.typed import Refused, plates, text

PACK, SEND, BOTH, LEFT, SAME = "pack", "send", "both", "left", "same"
POINTERS: Final[Mapping[str, str]] = {
    "lines": "packed", "boxes": "boxes", "carrier": "carrier", "tracking_number": "tracking", "vehicle_plate": "plate",
}  # fmt: skip
"""Field of a refusal of the services → column."""
SHARED: Final = ("boxes", "carrier", "tracking", "plate")
"""Columns that say something of the whole order; one of its rows is enough."""
SENT: Final = (SellerOrderState.DISPATCHED, SellerOrderState.DELIVERED, SellerOrderState.COMPLETED)
_MOST: Final[Mapping[str, int]] = {"carrier": 200, "tracking": 60, "plate": plates.MAX_TYPED}
_BOXES: numbers.Units = dict.fromkeys(("箱", "件", "box", "boxes"), "box")
_PACKS: numbers.Units = dict.fromkeys(("份", "袋", "箱", "件", "pack", "packs"), "pack")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]
    line: OrderLine
    order: OrderView
    said: dict[str, Any]
    faults: list[Fault]


Orders = Mapping[UUID, tuple[OrderLine, OrderView]]
"""Lines of the seller's orders by id, each with its order."""


def line_ids(columns: Columns, rows: Sequence[tuple[int, list[str]]]) -> dict[int, UUID]:
    """Id of each row's line, by the row's number; rows with none are left out."""
    found = ((number, _id(columns.cell(cells, "line"))) for number, cells in rows)
    return {number: line_id for number, line_id in found if line_id}


def _id(typed: str) -> UUID | None:
    try:
        return parse(PREFIXES["line"], typed)
    except NotFound:
        return None


def check(columns: Columns, rows: Sequence[tuple[int, list[str]]], orders: Orders, language: str) -> list[CheckedRow]:
    """Every row with what is done to its order, or its faults. A fault in one row of an order holds all of it back."""
    ids, wrong, good = line_ids(columns, rows), list[CheckedRow](), list[_Row]()
    seen: dict[UUID, int] = {}
    for number, cells in rows:
        line_id = ids.get(number)
        if line_id is None or line_id not in orders:
            fault = Fault("line", "packlist_no_such_line", {})
        elif seen.setdefault(line_id, number) != number:
            fault = Fault("line", "packlist_repeated", {"row": str(seen[line_id])})
        else:
            line, order = orders[line_id]
            said, faults = _said(columns, cells, line, language)
            good.append(_Row(number, cells, line, order, said, faults))
            continue
        wrong.append(CheckedRow(number, cells, RowState.ERROR, faults=[fault]))
    by_order = groupby(sorted(good, key=lambda row: (row.order.order.id, row.number)), lambda row: row.order.order.id)
    judged = [checked for _, found in by_order for checked in _judge(list(found), language)]
    return sorted([*wrong, *judged], key=lambda row: row.number)


def _said(columns: Columns, cells: Sequence[str], line: OrderLine, language: str) -> tuple[dict[str, Any], list[Fault]]:
    said, faults = dict[str, Any](), list[Fault]()
    for column in ("packed", *SHARED):
        typed = columns.cell(cells, column)
        if not typed:
            continue
        if typed.startswith("="):
            faults.append(Fault(column, "bulk_formula", {}))
            continue
        try:
            said[column] = _value(columns, column, typed, columns.cell(cells, "unit"), line)
        except Invalid as error:
            faults.append(refused(error, {"": column}, language))
        except Refused as error:
            faults.append(Fault(column, error.code, {}))
    return said, faults


def _value(columns: Columns, column: str, typed: str, unit: str, line: OrderLine) -> Any:
    match column:
        case "packed" if line.priced_by == "weight":
            return weight(columns, "packed", typed, unit)[0].grams
        case "packed":
            return numbers.whole(typed, _PACKS) * line.pack_grams
        case "boxes":
            return numbers.whole(typed, _BOXES)
        case "plate":
            return plates.plate(typed)
        case _:
            return text.line(typed)


def _judge(rows: list[_Row], language: str) -> list[CheckedRow]:
    """What the rows of one order do to it."""
    faults = {row.number: row.faults for row in rows if row.faults}
    shared = _shared(rows, faults)
    for row in rows:
        if fault := _too_much(row, language):
            faults.setdefault(row.number, []).append(fault)
    order = rows[0].order.order
    if not faults and (fault := _against_state(rows, shared)):
        faults[rows[0].number] = [fault]
    if faults:
        held = [Fault("", "packlist_held_back", {"row": str(min(faults))})]
        return [_wrong(row, faults.get(row.number, held)) for row in rows]
    act, state = _act(rows, shared)
    values = {
        "boxes": shared.get("boxes", 1),
        "lines": {str(row.line.id): row.said["packed"] for row in rows if "packed" in row.said},
        **{column: shared.get(column) for column in ("carrier", "tracking", "plate")},
    }
    return [
        CheckedRow(row.number, row.cells, state, act, values, _changes(row, language), about_id=order.id)
        for row in rows
    ]


def _wrong(row: _Row, faults: list[Fault]) -> CheckedRow:
    return CheckedRow(row.number, row.cells, RowState.ERROR, faults=first_of_each(faults, COLUMNS))


def _shared(rows: list[_Row], faults: dict[int, list[Fault]]) -> dict[str, Any]:
    """What the rows say of the whole order; a fault where two say different things, or where it is too much."""
    shared: dict[str, Any] = {}
    for row in rows:
        for column in SHARED:
            if column not in row.said:
                continue
            value = row.said[column]
            if shared.setdefault(column, value) != value:
                faults.setdefault(row.number, []).append(Fault(column, "packlist_differs", {}))
            elif column == "boxes" and not 1 <= value <= MAX_PACKS:
                faults.setdefault(row.number, []).append(Fault(column, "packlist_boxes", {}))
            elif column in _MOST and len(value) > _MOST[column]:
                fault = Fault(column, "string_too_long", {"max_length": _MOST[column]})
                faults.setdefault(row.number, []).append(fault)
    return shared


def _too_much(row: _Row, language: str) -> Fault | None:
    most = row.line.due_grams
    if row.said.get("packed", 0) <= most:
        return None
    return Fault("packed", "packlist_too_much", {"ordered": render(Weight(most), language)})


def _against_state(rows: list[_Row], shared: Mapping[str, Any]) -> Fault | None:
    """Why the order cannot be packed or sent so: it has ended, is not accepted, or was packed or sent otherwise."""
    view = rows[0].order
    state, asked = view.order.state, any(row.said for row in rows)
    if not asked or state == SellerOrderState.ACCEPTED:
        return None
    if state == SellerOrderState.PLACED:
        return Fault("number", "packlist_not_accepted", {})
    if state not in (SellerOrderState.PACKED, *SENT):
        return Fault("number", "packlist_ended", {})
    if any("packed" in row.said and row.said["packed"] != row.line.packed_grams for row in rows):
        return Fault("packed", "packlist_packed_otherwise", {})
    if state in SENT and view.shipment is not None:
        sent = {
            "carrier": view.shipment.carrier,
            "tracking": view.shipment.tracking_number,
            "plate": view.shipment.vehicle_plate,
        }
        for column, before in sent.items():
            if column in shared and shared[column] != before:
                return Fault(column, "packlist_sent_otherwise", {})
    return None


def _act(rows: list[_Row], shared: Mapping[str, Any]) -> tuple[str, RowState]:
    state = rows[0].order.order.state
    packs, sends = any(row.said for row in rows), any(column in shared for column in ("carrier", "tracking", "plate"))
    if not packs:
        return LEFT, RowState.KNOWN
    if state in SENT or (state == SellerOrderState.PACKED and not sends):
        return SAME, RowState.KNOWN
    if state == SellerOrderState.PACKED:
        return SEND, RowState.READY
    return (BOTH if sends else PACK), RowState.READY


def _changes(row: _Row, language: str) -> list[Change]:
    """Where less is packed than is due: the buyer pays less."""
    ordered, packed = row.line.due_grams, row.said.get("packed")
    if packed is None or packed == ordered:
        return []
    return [Change("packed", render(Weight(ordered), language), render(Weight(packed), language))]
