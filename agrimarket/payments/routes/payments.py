"""Payments, for their payers and for operators."""

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import PaymentId
from agrimarket.payments.schemas.payments import PaymentOut
from agrimarket.payments.service import payments


@get(
    "/payments/{payment_id:str}",
    tags=["payments"],
    summary="A payment, for its payer and for operators",
    scopes=(Scope.PURCHASES_READ,),
)
def read_payment(
    payment_id: FromPath[PaymentId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> PaymentOut:
    """The payment as far as we know it: the provider's answer may still be on its way."""
    with db.transaction() as session:
        return PaymentOut.of(principal, *payments.visible_to(session, principal, payment_id))


ROUTES: list[ControllerRouterHandler] = [read_payment]
