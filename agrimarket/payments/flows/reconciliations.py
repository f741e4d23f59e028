"""Comparison of our ledger with the provider's balances."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from agrimarket.integrations.payment_gateway import (
    PaymentGateway,
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
)
from agrimarket.kernel.db import Database
from agrimarket.payments.errors import ProviderAway
from agrimarket.payments.models.reconciliations import Reconciliation
from agrimarket.payments.service import reconciliations
from agrimarket.payments.service.reconciliations import ConnectedAccount, ProviderBalance

LOOKS_AT_ONCE = 8


def compare(db: Database, gateway: PaymentGateway) -> Reconciliation:
    """Compare the balances of the platform and every connected account with the ledger; keeps and returns what differs.

    An account that the provider no longer knows counts as empty. `ProviderAway` if it does not answer, and then
    nothing is kept.
    """
    with db.reading() as session:
        accounts = reconciliations.connected_accounts(session)
    try:
        with ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="balance") as pool:
            balances = list(pool.map(partial(_balance, gateway), accounts))
        balances.append(ProviderBalance(None, gateway.balance().total))
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error
    with db.transaction() as session:
        return reconciliations.record(session, balances)


def _balance(gateway: PaymentGateway, account: ConnectedAccount) -> ProviderBalance:
    try:
        return ProviderBalance(account.seller_id, gateway.balance(account.provider_id).total)
    except ProviderRefused:
        return ProviderBalance(account.seller_id, {})
