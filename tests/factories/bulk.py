"""Files of many listings, and what is sent with them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from tests.factories.accounts import Somebody

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
