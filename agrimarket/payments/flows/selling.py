"""Sellers are paid: their account is opened, and what is on it is paid out."""

from uuid import UUID

import structlog

from agrimarket.integrations.payment_gateway import (
    OnboardingLink,
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.payments import queries
from agrimarket.payments.errors import PayoutAccountRefused, ProviderAway
from agrimarket.payments.flows.engine import attempt_call, in_time, run_call
from agrimarket.payments.service import accounts, manual_payouts, payouts
from agrimarket.payments.states import PayoutState

log = structlog.get_logger(__name__)

COUNTRY = "CN"
"""Where most sellers bank. Where the provider does not reach a country it refuses (`PayoutAccountRefused`)."""


def open_payout_account(
    db: Database, gateway: PaymentGateway, seller_id: UUID, return_url: str, refresh_url: str, *, country: str = COUNTRY
) -> OnboardingLink:
    """The address where the seller tells the provider who they are and where to pay.

    Their account is made at the first call and the same ever after. The provider sends them to `return_url` when they
    are done, and to `refresh_url` for a new address. `PayoutAccountRefused`, `OtherProvider`, `ProviderAway`.
    """
    try:
        with db.transaction() as session:
            call_id = accounts.prepare_account(session, seller_id, country)
        if call_id is not None:
            run_call(db, gateway, call_id)
        with db.reading() as session:
            account = accounts.payout_account(session, seller_id)
        if account is None or account.provider_id is None:
            raise ProviderAway(retry_after=5)
        return gateway.onboarding_link(account.provider_id, return_url, refresh_url)
    except ProviderRefused as error:
        raise PayoutAccountRefused(code=error.code) from error
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error


def refresh_account(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Look at a connected account at the provider and take over what it may do."""
    view = gateway.account(provider_id)
    with db.transaction() as session:
        accounts.apply_account(session, view)


def pay_out(db: Database, gateway: PaymentGateway) -> int:
    """Send what is scheduled, as far as it is available at the provider; how many were sent.

    A payout that the provider does not answer about does not keep the others.
    """
    with db.transaction() as session:
        payouts.schedule_payouts(session)
        manual_payouts.schedule(session)
    with db.reading() as session:
        scheduled = [
            (payout.id, payout.currency, queries.provider_account(session, payout.payout_account_id))
            for payout in queries.payouts_in(session, PayoutState.SCHEDULED)
        ]
    sent = 0
    for payout_id, currency, account_id in in_time(scheduled):
        try:
            available = gateway.balance(account_id).available.get(currency, 0)
        except (ProviderRefused, ProviderUnavailable, ProviderUnknown) as error:
            log.warning("balance_unknown", account=account_id, error=str(error))
            continue
        with db.transaction() as session:
            call_id = payouts.prepare_payout(session, payout_id, available)
        if call_id is not None:
            attempt_call(db, gateway, call_id)
            sent += 1
    return sent


def refresh_payout(db: Database, gateway: PaymentGateway, payout_id: UUID) -> None:
    """Look at a payout at the provider and go on from there."""
    with db.reading() as session:
        found = queries.payout_names(session, payout_id)
    if found is None:
        return
    view = gateway.payout(*found)
    with db.transaction() as session:
        payouts.apply_payout(session, payout_id, view)
