"""Our books against the provider's balances."""

from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.payments.models import Reconciliation
from agrimarket.payments.service import control
from agrimarket.payments.service.control import Theirs


def reconcile(db: Database, gateway: PaymentGateway) -> Reconciliation:
    """Compare the platform's balance and every connected account's with the ledger; what differs is kept and returned.

    Raises the provider's errors, and then keeps nothing.
    """
    with db.reading() as session:
        accounts = control.accounts_to_compare(session)
    theirs = [Theirs(account.seller_id, gateway.balance(account.provider_id).total) for account in accounts]
    theirs.append(Theirs(None, gateway.balance().total))
    with db.transaction() as session:
        return control.record_reconciliation(session, theirs)
