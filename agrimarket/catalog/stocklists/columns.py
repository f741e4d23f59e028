"""Columns of a file of listings, recognised by their headers in three languages."""

from collections.abc import Mapping
from typing import Final

from agrimarket.integrations.sheet_columns import Vocabulary

NAMES: Final[Mapping[str, str]] = {
    "reference": "编号 編號 货号 貨號 自编号 自編號 商品编号 商品編號 reference ref sku code itemno",
    "produce": "农产品 農產品 农产品名称 農產品名稱 产品 產品 品名 品种 品種 produce product crop",
    "region": "产地 產地 地区 地區 县区 縣區 区县 區縣 产地代码 產地代碼 place region origin county",
    "harvested_on": "采收日期 採收日期 采收 採收 采摘日期 採摘日期 收获日期 收穫日期 预计采收 預計採收 "
    "预计采收日期 預計採收日期 "
    "harvested harvestedon harvest harvestdate expectedon",
    "quantity": "数量 數量 总重量 總重量 库存 庫存 产量 產量 quantity stock weight",
    "spoils_by": "保质到 保質到 可放到 最晚卖到 最晚賣到 保鲜至 保鮮至 spoilsby bestbefore sellby",
    "title": "标题 標題 商品名称 商品名稱 title name",
    "description": "说明 說明 描述 介绍 介紹 description story",
    "pack": "规格 規格 每份 每份重量 每箱重量 包装 包裝 pack packsize packweight",
    "price": "价格 價格 每份价格 每份價格 单价 單價 price packprice",
    "priced_by": "计价方式 計價方式 计价 計價 pricedby pricing",
    "min_packs": "最少份数 最少份數 起购 起購 起订量 起訂量 minpacks minimum min",
    "max_packs": "最多份数 最多份數 限购 限購 maxpacks maximum max",
    "modes": "配送方式 送货方式 送貨方式 modes delivery deliverymodes",
    "publish": "上架 是否上架 发布 發布 publish published onsale",
}
"""Words that name each column, in three languages, without spaces."""
COLUMNS: Final = tuple(NAMES)
"""Every column, in the order of the template and of an export."""
NEEDED: Final = ("reference",)
"""Columns without which a file is refused; a row that is new needs more, which its faults say."""
OF_LOT: Final = ("produce", "region", "harvested_on", "spoils_by")
"""Columns that tell which harvest it is: what is on sale under a reference stays of that harvest."""
WORDS: Final = Vocabulary(NAMES, weights=("quantity", "pack"))
