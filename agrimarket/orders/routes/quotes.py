"""Quotes over HTTP."""

from litestar.di import NamedDependency
from litestar.params import JSONBody

from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.orders.schemas.quotes import QuoteIn, QuoteOut
from agrimarket.orders.service import quotes

TAGS = ["buying"]


@post("/quotes", tags=TAGS, summary="What a cart costs at a destination", scopes=(Scope.PURCHASES_WRITE,))
def quote_cart(
    data: JSONBody[QuoteIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
) -> QuoteOut:
    """The price stands until `expires_at`. A refusal says what is closed there, since when and by which notice."""
    with db.transaction() as session:
        return idempotency.run(
            session,
            QuoteOut,
            lambda: QuoteOut.of(quotes.make(session, buyer, data.cart_id, data.region_code, data.community, data.mode)),
        )
