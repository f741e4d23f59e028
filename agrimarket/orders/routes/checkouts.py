"""Checkouts over HTTP."""

from litestar.di import NamedDependency
from litestar.params import JSONBody

from agrimarket.http.handlers import post
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.orders.flows import checkouts
from agrimarket.orders.schemas.checkouts import CheckoutIn, CheckoutOut

TAGS = ["buying"]


@post("/checkouts", tags=TAGS, summary="Buy a cart", statuses=(402, 410), scopes=(Scope.PURCHASES_WRITE,))
def check_out(
    data: JSONBody[CheckoutIn],
    db: NamedDependency[Database],
    buyer: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    gateway: NamedDependency[PaymentGateway],
) -> CheckoutOut:
    """One payment for all sellers; stock is held for the payment window. The same cart never buys twice.

    With `payment_method` the payment is confirmed at once; without it, or if the bank asks for more, go on with
    `payment.client_secret` or `payment.redirect_url`. A repeated request answers with the same purchase, and tries the
    payment again if it was refused.
    """
    return checkouts.check_out(db, gateway, buyer, data, idempotency)
