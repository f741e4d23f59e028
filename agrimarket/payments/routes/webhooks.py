"""Webhooks of providers."""

from typing import Annotated

from litestar.di import NamedDependency
from litestar.params import HeaderParameter, RawBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import hook
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.payments.flows import webhooks
from agrimarket.payments.schemas.webhooks import Received


@hook(
    "/stripe",
    status_code=200,
    tags=["webhooks"],
    summary="Events of Stripe",
    raw="application/json",
    security=[{"stripe": []}],
    statuses=(401,),
)
def stripe_webhook(
    body: RawBody,
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    signature: Annotated[
        str, HeaderParameter(name="Stripe-Signature", max_length=1_000, description="Stripe's signature of the body.")
    ] = "",
) -> Received:
    """The event is verified, stored once and answered at once; its consequences follow after the answer."""
    return Received(new=webhooks.receive(db, gateway, body, signature))


WEBHOOKS: list[ControllerRouterHandler] = [stripe_webhook]
