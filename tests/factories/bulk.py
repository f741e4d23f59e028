"""Files of many listings, and what is sent with them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.flows import stocklists
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import encode
from agrimarket.kernel.principal import Principal
from agrimarket.orders.flows import packlists as packing
from agrimarket.orders.service import packlists
from tests.factories.accounts import Somebody
from tests.factories.catalog import today

HEADER = ("编号", "农产品", "产地", "采收日期", "数量（斤）", "标题", "规格", "价格", "最多份数", "上架")


def listing(number: int, today: date, **changes: str) -> list[str]:
    """A row of a listing, correct in every cell except for `changes`."""
    cells = {
        "reference": f"S-{number}",
        "produce": "草莓",
        "region": "210681",
        "harvested": today.isoformat(),
        "quantity": "1000",
        "title": f"东港草莓 {number}",
        "pack": "5斤",
        "price": "68.50元",
        "max": "",
        "publish": "是",
    }
    return list({**cells, **changes}.values())


def csv_of(rows: Iterable[Iterable[str]], header: Iterable[str] = HEADER) -> bytes:
    """A plain CSV, as a program writes it."""
    return ("\n".join(",".join(cells) for cells in [list(header), *rows]) + "\n").encode()


def send(client: TestClient[Litestar], who: Somebody, content: bytes, path: str = "/v1/listings/imports") -> Any:
    """The answer to posting a file."""
    return client.post(path, headers=who.headers, files={"file": ("listings.csv", content)})


def new_listing(db: Database) -> bytes:
    """A file of one new listing."""
    with db.transaction() as session:
        return csv_of([listing(1, today(session))])


def files_of(db: Database, seller: Principal) -> dict[str, str]:
    """A file of listings, and one of orders where the seller has any to pack, that were checked and are not done."""
    with db.transaction() as session:
        found = stocklists.check_file(
            db, Idempotency(), seller, csv_of([listing(7, today(session))]), "上架.csv", "zh-Hans"
        )
        orders = packlists.export(session, seller, "csv", "zh-Hans")
    filled = orders.replace(b",,,,,orl_", b",1,,,,orl_") if b"orl_" in orders else no_orders()
    packed = packing.check_file(db, Idempotency(), seller, filled, "订单.csv", "zh-Hans")
    return {"listing_file": encode("blk", found.id), "order_file": encode("blk", packed.id)}


def no_orders() -> bytes:
    """A file of orders with one row, which is about nobody's order."""
    return csv_of([["orl_01m8504b7ye8nbqetv75q9crjn", "5斤"]], ("行号", "实装"))
