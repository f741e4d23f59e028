"""Rows of a file of members: their typed values and their faults. No session, no clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from agrimarket.accounts.errors import PhoneUnreadable
from agrimarket.accounts.rules import normal_phone
from agrimarket.integrations.sheet_columns import Columns
from agrimarket.integrations.sheet_rows import Fault, first_of_each, weight
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.wire import field_code
from agrimarket.onboarding.imports.columns import COLUMNS, UNIT
from agrimarket.onboarding.rules import product_key
from agrimarket.onboarding.schemas.appeals import AppealIn
from agrimarket.typed.text import one_width

MAX_REGIONS: Final = 1_000
"""Different regions in one file; each is looked up once."""

_ROUNDED = re.compile(r"^[0-9](?:[.,][0-9]+)?e\+?[0-9]+$", re.IGNORECASE)
_FIELDS = {"region_code": "region", "product": "produce"}
_NO_FORMULA = ("phone", "region", "quantity", "spoils_in_days")


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A checked row: its typed values (`AppealIn`'s fields and the phone in E.164), or its faults."""

    number: int
    cells: list[str]
    values: dict[str, Any] | None
    faults: list[Fault]


RegionAnswer = str | Fault
"""Answer to a typed region: its code, or the reason why there is none."""


def regions_in(columns: Columns, rows: Sequence[tuple[int, list[str]]]) -> set[str]:
    """Every region that the rows name, as typed."""
    typed = {columns.cell(cells, "region") for _, cells in rows}
    return {text for text in typed if text and not text.startswith("=")}


def check(
    columns: Columns, rows: Sequence[tuple[int, list[str]]], regions: Mapping[str, RegionAnswer]
) -> list[CheckedRow]:
    """Every row with its faults. The same phone and produce in two rows is a fault of the later one."""
    seen: dict[tuple[str, str], int] = {}
    checked: list[CheckedRow] = []
    for number, cells in rows:
        row = _check_row(columns, number, cells, regions)
        if row.values is not None:
            key = (row.values["phone"], product_key(row.values["product"]))
            first = seen.setdefault(key, number)
            if first != number:
                row = CheckedRow(number, cells, None, [Fault("phone", "bulk_repeated", {"row": str(first)})])
        checked.append(row)
    return checked


def _check_row(columns: Columns, number: int, cells: list[str], regions: Mapping[str, RegionAnswer]) -> CheckedRow:
    said = {column: columns.cell(cells, column) for column in COLUMNS}
    faults = [Fault(column, "bulk_formula", {}) for column in _NO_FORMULA if said[column].startswith("=")]
    if len(cells) > columns.width:
        faults.append(Fault("", "bulk_cells_extra", {"width": str(columns.width)}))
    region, phone = regions.get(said["region"], ""), _phone(said["phone"])
    quantity = _quantity(columns, said["quantity"], columns.cell(cells, UNIT))
    faults += [answer for answer in (region, phone, quantity) if isinstance(answer, Fault)]
    given = {
        "name": said["name"],
        "region_code": region if isinstance(region, str) else "",
        "product": said["produce"],
        "quantity": quantity if isinstance(quantity, dict) else "",
        "spoils_in_days": said["spoils_in_days"],
        "note": said["note"],
    }
    try:
        data = AppealIn.model_validate({field: value for field, value in given.items() if value != ""})
    except ValidationError as error:
        faults += [_fault(finding) for finding in error.errors(include_url=False, include_input=False)]
        data = None
    if not said["region"]:
        faults.append(Fault("region", "missing", {}))
    if faults or data is None:
        return CheckedRow(number, cells, None, first_of_each(faults, COLUMNS))
    values = data.model_dump(mode="json", exclude={"phone", "code", "region", "truck_access", "quantity"})
    values["phone"] = phone
    values["grams"] = data.quantity.grams if data.quantity else None
    values["quantity_text"] = data.quantity.text if data.quantity else ""
    return CheckedRow(number, cells, values, [])


def _phone(typed: str) -> str | Fault:
    if not typed:
        return Fault("phone", "missing", {})
    if _ROUNDED.match(one_width(typed)):
        return Fault("phone", "bulk_phone_rounded", {})
    try:
        return normal_phone(typed)
    except PhoneUnreadable as refusal:
        return Fault("phone", refusal.code.replace(".", "_"), {})


def _quantity(columns: Columns, typed: str, beside: str) -> dict[str, Any] | Fault | None:
    """Weight of a cell, in its own unit, or in the one `beside` it, or in the header's; None where none was typed."""
    if not typed or typed.startswith("="):
        return None
    try:
        found, text = weight(columns, "quantity", typed, beside)
    except Invalid as error:
        return Fault("quantity", field_code(error), error.values)
    return {"grams": found.grams, "text": text}


def _fault(finding: Any) -> Fault:
    column = str(finding["loc"][0])
    code, params = finding["type"], {name: str(value) for name, value in finding.get("ctx", {}).items()}
    if column == "spoils_in_days" and code in ("number_unreadable", "number_not_whole"):
        code = "bulk_days"
    if code == "too_long":  # Pydantic's code for a length that is checked after other validators
        code = "string_too_long"
    return Fault(_FIELDS.get(column, column), code, params)
