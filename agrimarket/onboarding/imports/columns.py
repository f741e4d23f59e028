"""Columns of a file of members, recognised by their headers in three languages."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from agrimarket.integrations.sheet_columns import Columns, Vocabulary, inside, plain, words
from agrimarket.kernel.quantity import unit_named
from agrimarket.onboarding.errors import WeightUnclear

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
    "note": "备注 備註 备注 说明 說明 note notes remark remarks",
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
_WEIGHT_WORDS = re.compile(r"数量|數量|重量|产量|產量|库存|庫存|总量|總量|净重|淨重|毛重|quantity|weight|tonnage")
_PRICE_WORDS = re.compile(r"价|價|金额|金額|元|price|cost|yuan|cny|rmb")
_WORDS = Vocabulary({**NAMES, UNIT: _UNIT_NAMES}, weights=("quantity",))

column_of = _WORDS.column_of
known = _WORDS.known


def _looks_like_weight(header: str) -> bool:
    text = plain(header)
    said = map(words, inside(text))
    return not _PRICE_WORDS.search(text) and (bool(_WEIGHT_WORDS.search(text)) or any(map(unit_named, said)))


def find(header: Sequence[str], delimiter: str = ",") -> Columns:
    """The columns of a file, as `Vocabulary.find` finds them.

    `WeightUnclear` if no column is the quantity but one looks like it, which would be dropped without a word.
    """
    columns = _WORDS.find(header, NEEDED, delimiter)
    others = (cell for cell in header if column_of(cell) in (None, UNIT))
    if "quantity" not in columns.at and (weight := next(filter(_looks_like_weight, others), "")):
        raise WeightUnclear(pointer="/file", header=weight)
    return columns
