"""The kinds of produce that ship with agrimarket."""

from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.service import products
from agrimarket.kernel.db import Database
from tests.factories.accounts import Somebody

Client = TestClient[Litestar]


def test_the_shipped_products_hold_what_the_appeals_were_about(db: Database, farmer: Somebody) -> None:
    appealed = ["草莓", "菠萝", "红薯", "土豆", "水果黄瓜", "香椿", "砂糖橘", "豌豆", "圣女果", "茶油", "芥菜", "青菜"]
    with db.transaction() as session:
        assert products.load(session, products.taxonomy()) == len(products.list_all(session))
        names = {product.name_hans for product in products.list_all(session)}
    assert names.issuperset(appealed)
