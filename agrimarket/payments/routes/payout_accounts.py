"""Payout accounts of sellers."""

from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.payments.flows import payout_accounts as flows
from agrimarket.payments.schemas.payout_accounts import OnboardingOut, OpenPayoutAccount, PayoutAccountOut
from agrimarket.payments.service import payout_accounts


@get("/payout-account", tags=["sellers"], summary="Where the seller is paid", scopes=(Scope.PAYOUTS_READ,))
def read_payout_account(db: NamedDependency[Database], seller: NamedDependency[Principal]) -> PayoutAccountOut:
    """The account, what it may do, and what the provider still asks for."""
    with db.reading() as session:
        return PayoutAccountOut.of(payout_accounts.of_seller(session, seller.require_seller()))


@post("/payout-account", tags=["sellers"], summary="Open the account where the seller is paid, or go on with it")
def open_payout_account(
    data: JSONBody[OpenPayoutAccount],
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    seller: NamedDependency[Principal],
) -> OnboardingOut:
    """The provider's address where the seller gives their details: a new address each time, for the same account."""
    link = flows.open_account(
        db, gateway, seller.require_seller(), str(data.return_url), str(data.refresh_url), country=data.country
    )
    return OnboardingOut(url=link.url)


ROUTES: list[ControllerRouterHandler] = [read_payout_account, open_payout_account]
