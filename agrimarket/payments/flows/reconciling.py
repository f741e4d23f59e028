"""Our books against the provider's balances."""

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
from agrimarket.payments.models import Reconciliation
from agrimarket.payments.service import control
from agrimarket.payments.service.control import AccountToCompare, Theirs

LOOKS_AT_ONCE = 8


def reconcile(db: Database, gateway: PaymentGateway) -> Reconciliation:
    """Compare the platform's balance and every connected account's with the ledger; what differs is kept and returned.

    An account that the provider no longer knows counts as empty. `ProviderAway` when it does not answer, and then
    nothing is kept.
    """
    with db.reading() as session:
        accounts = control.accounts_to_compare(session)
    try:
        with ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="balance") as pool:
            theirs = list(pool.map(partial(_theirs, gateway), accounts))
        theirs.append(Theirs(None, gateway.balance().total))
    except (ProviderUnavailable, ProviderUnknown) as error:
        raise ProviderAway(retry_after=5) from error
    with db.transaction() as session:
        return control.record_reconciliation(session, theirs)


def _theirs(gateway: PaymentGateway, account: AccountToCompare) -> Theirs:
    try:
        return Theirs(account.seller_id, gateway.balance(account.provider_id).total)
    except ProviderRefused:
        return Theirs(account.seller_id, {})
