"""What a file of members says: which column is which, and what is right or wrong in a row. No session, no clock."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from agrimarket.accounts.errors import PhoneUnreadable
from agrimarket.accounts.rules import normal_phone
from agrimarket.kernel.quantity import digits
from agrimarket.onboarding.bulk.errors import ColumnsMissing, ColumnTwice
from agrimarket.onboarding.formats import product_key
from agrimarket.onboarding.schemas import AppealIn

BATCH: Final = 200
"""Rows that are loaded in one transaction."""
BATCHES: Final = 10
"""Batches that one delivery loads before it hands on to the next, so that none takes long."""
MAX_REGIONS: Final = 1_000
"""Different regions in one file; each is looked up once."""

NAMES: Final[Mapping[str, str]] = {
    "name": "姓名 名字 社员 社員 社员姓名 社員姓名 成员 成員 农户 農戶 农户姓名 農戶姓名 name fullname member farmer",
    "phone": "手机 手機 手机号 手機號 手机号码 手機號碼 电话 電話 电话号码 電話號碼 联系电话 聯絡電話 "
    "联系方式 聯絡方式 phone phonenumber mobile mobilenumber telephone",
    "region": "地区 地區 产地 產地 县区 縣區 区县 區縣 所在地 地区代码 地區代碼 行政区划代码 行政區劃代碼 "
    "region regioncode place county origin",
    "produce": "农产品 農產品 产品 產品 品名 品种 品種 作物 produce product crop",
    "quantity": "数量 數量 重量 滞销量 滯銷量 quantity weight amount",
    "spoils_in_days": "还能放几天 還能放幾天 几天内会坏 幾天內會壞 可存天数 可存天數 天数 天數 "
    "spoilsindays days daysleft keepsdays",
    "note": "备注 備註 備注 说明 說明 note notes remark remarks",
}
"""The words by which each column is known, in three languages, without spaces."""
COLUMNS: Final = tuple(NAMES)
NEEDED: Final = ("name", "phone", "region", "produce", "spoils_in_days")
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh-Hant": ("姓名", "手機號碼", "產地", "農產品", "數量", "還能放幾天", "備註"),
    "zh-Hans": ("姓名", "手机号码", "产地", "农产品", "数量", "还能放几天", "备注"),
    "en": ("Name", "Phone", "Region", "Produce", "Quantity", "Spoils in days", "Note"),
}
"""The header of the template, in the order of `COLUMNS`."""

_IN_PARENTHESES = re.compile(r"[(\[【〔].*?[)\]】〕]")
_UNIT = re.compile(r"[(\[【〔]\s*(?:单位|單位|unit)?[:\s]*([^\W\d_]+)\s*[)\]】〕]")
_BARE_NUMBER = re.compile(r"^[0-9][0-9,]*(?:\.[0-9]+)?\s*[万萬]?$")
_DAYS = re.compile(r"^([0-9]{1,9})(?:\.0+)?\s*(?:天|日|days?)?$", re.IGNORECASE)
_ROUNDED = re.compile(r"^[0-9](?:[.,][0-9]+)?e\+?[0-9]+$", re.IGNORECASE)
_FIELDS = {"region_code": "region", "product": "produce"}
_NO_FORMULA = ("phone", "region", "quantity", "spoils_in_days")


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


_KNOWN = {_key(word): column for column, words in NAMES.items() for word in (*words.split(), column)}


def column_of(header: str) -> str | None:
    """The column that a header cell means; what stands in parentheses, such as a unit, does not matter."""
    return _KNOWN.get(_key(_IN_PARENTHESES.sub("", unicodedata.normalize("NFKC", header))))


def known_columns(header: Sequence[str]) -> int:
    """How many different columns of `header` are known."""
    return len({column for cell in header if (column := column_of(cell))})


@dataclass(frozen=True, slots=True)
class Columns:
    """Which position holds which column, and the unit of quantities that are written as bare numbers."""

    width: int
    at: Mapping[str, int]
    unit: str

    def cell(self, cells: Sequence[str], column: str) -> str:
        """That column's cell, "" where the row is shorter or the file has no such column."""
        position = self.at.get(column, len(cells))
        return cells[position] if position < len(cells) else ""


def columns_of(header: Sequence[str]) -> Columns:
    """The columns of a file. A unit in the header, as in `数量（斤）`, holds for bare numbers; else they are kilograms.

    `ColumnsMissing`, `ColumnTwice`.
    """
    meant = [column_of(cell) for cell in header]
    missing = [column for column in NEEDED if column not in meant]
    if missing:
        raise ColumnsMissing(pointer="/file", missing=missing, header=list(header)[:20])
    twice = next((column for column in COLUMNS if meant.count(column) > 1), None)
    if twice:
        first, second = [header[at] for at, column in enumerate(meant) if column == twice][:2]
        raise ColumnTwice(pointer="/file", column=twice, first=first, second=second)
    at = {column: position for position, column in enumerate(meant) if column}
    unit = _UNIT.search(unicodedata.normalize("NFKC", header[at["quantity"]])) if "quantity" in at else None
    return Columns(len(header), at, unit[1] if unit else "kg")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one column of a row ("" for the row itself): the id of its sentence and what fills it."""

    column: str
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A row: what it says, typed (`AppealIn`'s fields and the phone in E.164), or what is wrong with it."""

    number: int
    cells: list[str]
    values: dict[str, Any] | None
    faults: list[Fault]


RegionAnswer = str | Fault
"""The code of a region as it was typed, or why there is none."""


def regions_in(columns: Columns, rows: Sequence[tuple[int, list[str]]]) -> set[str]:
    """Every region that the rows name, as typed."""
    typed = {columns.cell(cells, "region") for _, cells in rows}
    return {text for text in typed if text and not text.startswith("=")}


def check(
    columns: Columns, rows: Sequence[tuple[int, list[str]]], regions: Mapping[str, RegionAnswer]
) -> list[Checked]:
    """Every row with its faults. The same phone and produce in two rows is a fault of the later one."""
    seen: dict[tuple[str, str], int] = {}
    checked: list[Checked] = []
    for number, cells in rows:
        row = _check_row(columns, number, cells, regions)
        if row.values is not None:
            key = (row.values["phone"], product_key(row.values["product"]))
            first = seen.setdefault(key, number)
            if first != number:
                row = Checked(number, cells, None, [Fault("phone", "bulk_repeated", {"row": str(first)})])
        checked.append(row)
    return checked


def _check_row(columns: Columns, number: int, cells: list[str], regions: Mapping[str, RegionAnswer]) -> Checked:
    said = {column: columns.cell(cells, column) for column in COLUMNS}
    faults = [Fault(column, "bulk_formula", {}) for column in _NO_FORMULA if said[column].startswith("=")]
    if len(cells) > columns.width:
        faults.append(Fault("", "bulk_cells_extra", {"width": str(columns.width)}))
    region, phone = regions.get(said["region"], ""), _phone(said["phone"])
    faults += [answer for answer in (region, phone) if isinstance(answer, Fault)]
    given = {
        "name": said["name"],
        "region_code": region if isinstance(region, str) else "",
        "product": said["produce"],
        "quantity": _quantity(said["quantity"], columns.unit),
        "spoils_in_days": _days(said["spoils_in_days"]),
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
        return Checked(number, cells, None, _first_of_each(faults))
    values = data.model_dump(mode="json", exclude={"phone", "code", "region", "truck_access", "quantity"})
    values["phone"] = phone
    values["grams"] = data.quantity.grams if data.quantity else None
    values["quantity_text"] = data.quantity.text if data.quantity else ""
    return Checked(number, cells, values, [])


def _phone(typed: str) -> str | Fault:
    if not typed:
        return Fault("phone", "missing", {})
    text = digits(typed)
    if _ROUNDED.match(text):
        return Fault("phone", "bulk_phone_rounded", {})
    try:
        return normal_phone(text)
    except PhoneUnreadable:
        return Fault("phone", "phone_unreadable", {})


def _quantity(typed: str, unit: str) -> str:
    return f"{typed}{unit}" if _BARE_NUMBER.match(digits(typed)) else typed


def _days(typed: str) -> int | str:
    found = _DAYS.match(digits(typed))
    return int(found[1]) if found else typed


def _fault(finding: Any) -> Fault:
    column = str(finding["loc"][0])
    code, params = finding["type"], {name: str(value) for name, value in finding.get("ctx", {}).items()}
    if column == "spoils_in_days" and code.startswith("int_"):
        code = "bulk_days"
    if code == "too_long":  # what Pydantic says of a length that is checked after other validators
        code = "string_too_long"
    return Fault(_FIELDS.get(column, column), code, params)


def _first_of_each(faults: Sequence[Fault]) -> list[Fault]:
    """One fault a column, in the columns' order: the first says enough."""
    first = {fault.column: fault for fault in reversed(faults)}
    return [first[column] for column in ("", *COLUMNS) if column in first]
