"""Payouts: the money on sellers' accounts at the provider is sent to their banks."""

from uuid import UUID

import structlog

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.payments.flows import calls
from agrimarket.payments.queries import payouts as queries
from agrimarket.payments.service import bank_transfers, payouts

log = structlog.get_logger(__name__)


def pay_out(db: Database, gateway: PaymentGateway) -> int:
    """Schedule the payouts that are due, and send what the provider has available; returns how many were sent.

    A payout about which the provider does not answer does not stop the others. Payouts by bank transfer are only
    scheduled: staff send them.
    """
    with db.transaction() as session:
        payouts.schedule(session)
        bank_transfers.schedule(session)
    with db.reading() as session:
        scheduled = queries.scheduled_at_provider(session)
    return sum(_send(db, gateway, *payout) for payout in calls.in_time(scheduled))


def _send(db: Database, gateway: PaymentGateway, payout_id: UUID, currency: str, account_id: str) -> bool:
    try:
        available = gateway.balance(account_id).available.get(currency, 0)
    except (ProviderRefused, ProviderUnavailable, ProviderUnknown) as error:
        log.warning("balance_unknown", account=account_id, error=str(error))
        available = 0
    with db.transaction() as session:
        call_id = payouts.prepare(session, payout_id, available)
    if call_id is None:
        return False
    calls.attempt(db, gateway, call_id)
    return True


def refresh(db: Database, gateway: PaymentGateway, payout_id: UUID) -> None:
    """Look up a payout at the provider and go on from there."""
    with db.reading() as session:
        ids = queries.provider_ids(session, payout_id)
    if ids is None:
        return
    view = gateway.payout(*ids)
    with db.transaction() as session:
        payouts.apply(session, payout_id, view)


def refresh_by_provider_id(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Refresh the payout that the provider knows by that id, if it is ours."""
    with db.reading() as session:
        payout_id = queries.at_provider(session, provider_id)
    if payout_id is not None:
        refresh(db, gateway, payout_id)
