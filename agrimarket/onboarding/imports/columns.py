"""Columns of a file of members, recognised by their headers in three languages."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.onboarding.errors import ColumnsMissing, ColumnTwice

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
"""Words that name each column, in three languages, without spaces."""
COLUMNS: Final = tuple(NAMES)
"""Every column, in the order of the template."""
NEEDED: Final = ("name", "phone", "region", "produce", "spoils_in_days")
"""Columns without which a file is refused."""
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "zh-Hant": ("姓名", "手機號碼", "產地", "農產品", "數量", "還能放幾天", "備註"),
    "zh-Hans": ("姓名", "手机号码", "产地", "农产品", "数量", "还能放几天", "备注"),
    "en": ("Name", "Phone", "Region", "Produce", "Quantity", "Spoils in days", "Note"),
}
"""Header of the template by language, in the order of `COLUMNS`."""

_IN_PARENTHESES = re.compile(r"[(\[【〔].*?[)\]】〕]")
_UNIT = re.compile(r"[(\[【〔]\s*(?:单位|單位|unit)?[:\s]*([^\W\d_]+)\s*[)\]】〕]")


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


_KNOWN = {_key(word): column for column, words in NAMES.items() for word in (*words.split(), column)}


def column_of(header: str) -> str | None:
    """Column that a header cell names; anything in parentheses, such as a unit, is ignored."""
    return _KNOWN.get(_key(_IN_PARENTHESES.sub("", unicodedata.normalize("NFKC", header))))


def known(header: Sequence[str]) -> int:
    """Number of different columns recognised in `header`."""
    return len({column for cell in header if (column := column_of(cell))})


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one file: their positions (`at`, from 0), and the unit of quantities that are bare numbers."""

    width: int
    at: Mapping[str, int]
    unit: str

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Cell in that column; "" if the row is shorter or the file has no such column."""
        position = self.at.get(column, len(cells))
        return cells[position] if position < len(cells) else ""


def find(header: Sequence[str]) -> Columns:
    """The columns of a file. A unit in the header, as in `数量（斤）`, applies to bare numbers, else kilograms.

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
