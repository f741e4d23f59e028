"""Columns of a file of orders to pack and send, recognised by their headers in three languages."""

from collections.abc import Mapping
from typing import Final

from agrimarket.integrations.sheet_columns import Vocabulary

NAMES: Final[Mapping[str, str]] = {
    "number": "订单号 訂單號 订单 訂單 ordernumber number order",
    "recipient": "收件人 收货人 收貨人 recipient",
    "phone": "收件电话 收件電話 电话 電話 phone",
    "address": "收件地址 地址 address",
    "goods": "商品 货物 貨物 goods",
    "ordered": "订购 訂購 订购数量 訂購數量 ordered",
    "packed": "实装 實裝 实装数量 實裝數量 实重 實重 packed",
    "unit": "单位 單位 unit",
    "boxes": "箱数 箱數 件数 件數 boxes",
    "carrier": "快递 快遞 承运 承運 快递公司 快遞公司 carrier",
    "tracking": "运单号 運單號 快递单号 快遞單號 tracking trackingnumber",
    "plate": "车牌 車牌 车牌号 車牌號 plate vehicleplate",
    "line": "行号 行號 系统编号 系統編號 line lineid",
}
"""Words that name each column, in three languages, without spaces."""
COLUMNS: Final = tuple(NAMES)
"""Every column, in the order of the file."""
NEEDED: Final = ("line",)
"""Columns without which a file is refused: a line's id says what a row is about."""
WORDS: Final = Vocabulary(NAMES, weights=("packed",))
