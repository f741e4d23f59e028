"""Order groups: listed page by page."""

from agrimarket.kernel.db import Database
from tests.orders.conftest import Shop, bought


def test_lists_go_on_page_by_page(shop: Shop, db: Database) -> None:
    made = [bought(shop, db, 1)["id"] for _ in range(3)]
    first = shop.get(shop.market.buyer, "/order-groups?limit=2").json()
    assert [group["id"] for group in first["items"]] == made[:0:-1]
    second = shop.get(shop.market.buyer, f"/order-groups?limit=2&cursor={first['next']}").json()
    assert ([group["id"] for group in second["items"]], second["next"]) == (made[:1], None)
    mine = shop.get(shop.market.sellers[0], "/seller-orders?limit=2").json()
    rest = shop.get(shop.market.sellers[0], f"/seller-orders?limit=2&cursor={mine['next']}").json()
    assert len({order["id"] for order in (*mine["items"], *rest["items"])}) == 3
    assert shop.get(shop.market.operator, "/order-groups").json()["items"]
    assert shop.get(shop.market.buyer, "/order-groups?cursor=nonsense").json()["code"] == "cursor.malformed"
