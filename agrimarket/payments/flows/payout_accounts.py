"""Sellers' accounts at the provider: opening them and looking them up."""

from uuid import UUID

from agrimarket.integrations.payment_gateway import (
    OnboardingLink,
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.payments.errors import PayoutAccountRefused, ProviderAway
from agrimarket.payments.flows import calls
from agrimarket.payments.service import payout_accounts

COUNTRY = "CN"
"""Country where most sellers bank. The provider refuses countries that it does not reach (`PayoutAccountRefused`)."""


def open_account(
    db: Database, gateway: PaymentGateway, seller_id: UUID, return_url: str, refresh_url: str, *, country: str = COUNTRY
) -> OnboardingLink:
    """Address at which the seller tells the provider who they are and where to pay.

    The first call opens the seller's account, and all later ones use it. The provider sends the seller to `return_url`
    when they are done, and to `refresh_url` for a new address. `PayoutAccountRefused`, `OtherProvider`, `ProviderAway`.
    """
    try:
        with db.transaction() as session:
            call_id = payout_accounts.prepare_opening(session, seller_id, country)
        if call_id is not None:
            calls.run(db, gateway, call_id)
        with db.reading() as session:
            account = payout_accounts.of_seller(session, seller_id)
        if account is None or account.provider_id is None:
            raise ProviderAway(retry_after=5)
        return gateway.onboarding_link(account.provider_id, return_url, refresh_url)
    except ProviderRefused as error:
        raise PayoutAccountRefused(code=error.code) from error
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error


def refresh(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Look up an account at the provider and store what it may do."""
    view = gateway.account(provider_id)
    with db.transaction() as session:
        payout_accounts.apply(session, view)
