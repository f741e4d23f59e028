"""Columns of a file of members, recognised by their headers in three languages."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agrimarket.kernel.quantity import unit_named
from agrimarket.onboarding.errors import ColumnsMissing, ColumnTwice, WeightUnclear

NAMES: Final[Mapping[str, str]] = {
    "name": "姓名 名字 社员 社員 社员姓名 社員姓名 成员 成員 农户 農戶 农户姓名 農戶姓名 name fullname member farmer",
    "phone": "手机 手機 手机号 手機號 手机号码 手機號碼 电话 電話 电话号码 電話號碼 联系电话 聯絡電話 "
    "联系方式 聯絡方式 phone phonenumber mobile mobilenumber telephone",
    "region": "地区 地區 产地 產地 县区 縣區 区县 區縣 所在地 地区代码 地區代碼 行政区划代码 行政區劃代碼 "
    "region regioncode place county origin",
    "produce": "农产品 農產品 农产品名称 農產品名稱 产品名称 產品名稱 产品 產品 品名 品种 品種 作物 "
    "produce product crop",
    "quantity": "数量 數量 重量 滞销量 滯銷量 产量 產量 库存 庫存 斤数 斤數 公斤数 公斤數 "
    "吨数 噸數 quantity weight amount",
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

UNIT: Final = "unit"
"""Column beside the quantity that says its unit, row by row; our template has none."""
_UNIT_NAMES = "单位 單位 计量单位 計量單位 数量单位 數量單位 重量单位 重量單位 unit units uom unitofmeasure"
_IN_PARENTHESES = re.compile(r"[(\[【〔].*?[)\]】〕]")
_FILLERS = re.compile(
    r"单位|單位|大约|大約|大概|预计|預計|估计|估計|约|約|左右|必填|选填|選填|可填|可不填"
    r"|\b(?:units?|in|est|estimated|approx|approximately|about|optional|required|total|of)\b"
)
_WEIGHT_WORDS = re.compile(r"数量|數量|重量|产量|產量|库存|庫存|总量|總量|净重|淨重|毛重|quantity|weight|tonnage")
_PRICE_WORDS = re.compile(r"价|價|金额|金額|元|price|cost|yuan|cny|rmb")


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


_KNOWN = {
    _key(word): column for column, words in {**NAMES, UNIT: _UNIT_NAMES}.items() for word in (*words.split(), column)
}
_QUANTITIES = sorted((word for word, column in _KNOWN.items() if column == "quantity"), key=len, reverse=True)


def column_of(header: str) -> str | None:
    """Column that a header cell names; anything in parentheses is ignored, and a unit behind a quantity."""
    outside = _IN_PARENTHESES.sub("", unicodedata.normalize("NFKC", header).casefold())
    if (known := _KNOWN.get(_key(outside))) is not None:
        return known
    key = _key(_words(outside))
    word = _quantity_word(key)
    return "quantity" if word and (key == word or unit_named(key.removeprefix(word))) else None


def _quantity_word(key: str) -> str:
    return next((word for word in _QUANTITIES if key.startswith(word)), "")


def _words(text: str) -> str:
    """The words of a header, without those that say nothing of a unit."""
    return " ".join(re.findall(r"[^\W_]+", _FILLERS.sub(" ", text)))


def unit_of(header: str) -> str:
    """The unit that a quantity's header says for bare numbers, as `斤` in `数量（斤，约）`; "" if it says none.

    It may be one that nobody knows.
    """
    text = unicodedata.normalize("NFKC", header).casefold()
    inside = " ".join(_IN_PARENTHESES.findall(text))
    outside = _key(_words(_IN_PARENTHESES.sub("", text)))
    counted = outside[:-1] if outside.endswith(("数", "數")) else outside.removeprefix(_quantity_word(outside))
    return _words(f"{counted} {inside}")


def _looks_like_weight(header: str) -> bool:
    text = unicodedata.normalize("NFKC", header).casefold()
    inside = (_words(part) for part in _IN_PARENTHESES.findall(text))
    return not _PRICE_WORDS.search(text) and (bool(_WEIGHT_WORDS.search(text)) or any(map(unit_named, inside)))


def known(header: Sequence[str]) -> int:
    """Number of different columns recognised in `header`."""
    return len({column for cell in header if (column := column_of(cell))})


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one file: their positions (`at`, from 0), and how its quantities are written.

    `unit` is that of bare numbers, "" if the header says none. `decimal_commas`: a comma is a decimal one.
    """

    width: int
    at: Mapping[str, int]
    unit: str
    decimal_commas: bool

    def cell(self, cells: Sequence[str], column: str) -> str:
        """Cell in that column; "" if the row is shorter or the file has no such column."""
        position = self.at.get(column, len(cells))
        return cells[position] if position < len(cells) else ""


def find(header: Sequence[str], delimiter: str = ",") -> Columns:
    """The columns of a file. A unit in the header, as in `数量（斤）`, applies to bare numbers.

    Spreadsheets put semicolons between cells where commas are decimal. `ColumnsMissing`, `ColumnTwice`;
    `WeightUnclear` if no column is the quantity but one looks like it, which would be dropped without a word.
    """
    meant = [column_of(cell) for cell in header]
    missing = [column for column in NEEDED if column not in meant]
    if missing:
        raise ColumnsMissing(pointer="/file", missing=missing, header=list(header)[:20])
    twice = next((column for column in (*COLUMNS, UNIT) if meant.count(column) > 1), None)
    if twice:
        first, second = [header[at] for at, column in enumerate(meant) if column == twice][:2]
        raise ColumnTwice(pointer="/file", column=twice, first=first, second=second)
    at = {column: position for position, column in enumerate(meant) if column}
    others = (cell for cell, column in zip(header, meant, strict=True) if column in (None, UNIT))
    if "quantity" not in at and (weight := next(filter(_looks_like_weight, others), "")):
        raise WeightUnclear(pointer="/file", header=weight)
    unit = unit_of(header[at["quantity"]]) if "quantity" in at else ""
    return Columns(len(header), at, unit, decimal_commas=delimiter == ";")
