"""Kinds of produce over HTTP."""

from litestar.di import NamedDependency

from agrimarket.catalog.schemas.products import ProductOut, ProductsOut
from agrimarket.catalog.service import products
from agrimarket.http.handlers import get
from agrimarket.kernel.db import Database


@get("/products", tags=["catalog"], summary="Kinds of produce")
def list_products(db: NamedDependency[Database]) -> ProductsOut:
    """All kinds of produce, by aisle, with names in three languages."""
    with db.reading() as session:
        return ProductsOut(items=[ProductOut.of(product) for product in products.list_all(session)])
