"""Kinds of produce over HTTP."""

from litestar.di import NamedDependency

from agrimarket.catalog.schemas.products import ProductOut, ProductsOut
from agrimarket.catalog.service import produce, products
from agrimarket.http.handlers import get
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope


@get("/products", tags=["catalog"], summary="Kinds of produce")
def list_products(db: NamedDependency[Database]) -> ProductsOut:
    """All kinds of produce, by aisle, with names in three languages."""
    with db.reading() as session:
        return ProductsOut(items=[ProductOut.of(product) for product in products.list_all(session)])


@get("/approved-products", tags=["catalog"], summary="Produce that I may sell unasked", scopes=(Scope.LOTS_READ,))
def list_approved(db: NamedDependency[Database], seller: NamedDependency[Principal]) -> ProductsOut:
    """Kinds of produce that the caller's listings may be of; one of anything else waits for an operator first."""
    with db.reading() as session:
        theirs = produce.approved(session, seller.require_seller())
    return ProductsOut(items=[ProductOut.of(product) for product in theirs])
