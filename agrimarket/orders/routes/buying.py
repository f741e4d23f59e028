"""Carts, quotes and checkout over HTTP."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, patch, post
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import CartId, ListingId
from agrimarket.orders import flows, service
from agrimarket.orders.schemas import CartIn, CartOut, CheckoutIn, CheckoutOut, LinesIn, PacksIn, QuoteIn, QuoteOut

TAGS = ["buying"]


@post("/carts", tags=TAGS, summary="Begin a cart")
def open_cart(
    data: JSONBody[CartIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CartOut:
    """With all its lines at once, if they are known. A quote tells prices and stock."""
    lines = [line.line() for line in data.lines]
    with db.transaction() as session:
        return idempotency.run(session, CartOut, lambda: CartOut.of(service.open_cart(session, buyer, lines)))


@get("/carts/{cart_id:str}", tags=TAGS, summary="A cart")
def read_cart(
    cart_id: FromPath[CartId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> CartOut:
    """Its lines, and the purchase that it became."""
    with db.reading() as session:
        return CartOut.of(service.cart(session, principal, cart_id))


@post("/carts/{cart_id:str}/lines", tags=TAGS, summary="Put more into a cart")
def add_lines(
    cart_id: FromPath[CartId],
    data: JSONBody[LinesIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> CartOut:
    """A listing that is in the cart already gets more packs."""
    lines, cart = [line.line() for line in data.lines], cart_id
    with db.transaction() as session:
        return idempotency.run(session, CartOut, lambda: CartOut.of(service.add_lines(session, principal, cart, lines)))


@patch("/carts/{cart_id:str}/lines/{listing_id:str}", tags=TAGS, summary="Change a line's packs")
def set_packs(
    cart_id: FromPath[CartId],
    listing_id: FromPath[ListingId],
    data: JSONBody[PacksIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> CartOut:
    """0 takes the line out."""
    cart, listing = cart_id, listing_id
    with db.transaction() as session:
        return CartOut.of(service.set_packs(session, principal, cart, listing, data.packs))


@post("/quotes", tags=TAGS, summary="What a cart costs at a destination")
def quote_cart(
    data: JSONBody[QuoteIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> QuoteOut:
    """A promise for ten minutes, or why it cannot be delivered there: what is closed, since when, by which notice."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            QuoteOut,
            lambda: QuoteOut.of(service.quote(session, buyer, data.cart_id, data.region_code, data.community)),
        )


@post("/checkouts", tags=TAGS, summary="Buy a cart")
def check_out(
    data: JSONBody[CheckoutIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    gateway: NamedDependency[PaymentGateway],
) -> CheckoutOut:
    """One payment for all sellers; stock is held for fifteen minutes. The same cart never buys twice.

    With `payment_method` the payment is confirmed at once; without it, or where the bank asks for more, go on with
    `payment.client_secret` or `payment.redirect_url`. Asked again, it answers with the same purchase, and tries the
    payment again if it was refused.
    """
    return flows.check_out(db, gateway, buyer, data, idempotency)


BUYING: list[ControllerRouterHandler] = [open_cart, read_cart, add_lines, set_packs, quote_cart, check_out]
