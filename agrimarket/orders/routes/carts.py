"""Carts over HTTP."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.handlers import get, patch, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import CartId, ListingId
from agrimarket.orders.schemas.carts import CartIn, CartOut, LinesIn, PacksIn
from agrimarket.orders.service import carts

TAGS = ["buying"]


@post("/carts", tags=TAGS, summary="Begin a cart", scopes=(Scope.PURCHASES_WRITE,))
def begin_cart(
    data: JSONBody[CartIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CartOut:
    """A cart can begin with lines or empty. A quote tells prices and stock."""
    lines = [line.line() for line in data.lines]
    with db.transaction() as session:
        return idempotency.run(session, CartOut, lambda: CartOut.of(carts.begin(session, buyer, lines)))


@get("/carts/{cart_id:str}", tags=TAGS, summary="A cart", scopes=(Scope.PURCHASES_READ,))
def read_cart(
    cart_id: FromPath[CartId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> CartOut:
    """The cart's lines, which of them cannot be ordered now and why, and the purchase that it became.

    It is looked at for where its newest quote went, else for the buyer's own county.
    """
    with db.reading() as session:
        return CartOut.of(carts.look(session, principal, cart_id), language)


@post("/carts/{cart_id:str}/lines", tags=TAGS, summary="Put more into a cart", scopes=(Scope.PURCHASES_WRITE,))
def add_lines(
    cart_id: FromPath[CartId],
    data: JSONBody[LinesIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CartOut:
    """Adds lines. A listing that is already in the cart gets more packs."""
    lines = [line.line() for line in data.lines]
    with db.transaction() as session:
        return idempotency.run(
            session, CartOut, lambda: CartOut.of(carts.add_lines(session, principal, cart_id, lines))
        )


@patch(
    "/carts/{cart_id:str}/lines/{listing_id:str}",
    tags=TAGS,
    summary="Change a line's packs",
    scopes=(Scope.PURCHASES_WRITE,),
)
def set_packs(
    cart_id: FromPath[CartId],
    listing_id: FromPath[ListingId],
    data: JSONBody[PacksIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> CartOut:
    """Sets a line's packs; 0 removes the line."""
    with db.transaction() as session:
        return CartOut.of(carts.set_packs(session, principal, cart_id, listing_id, data.packs))
