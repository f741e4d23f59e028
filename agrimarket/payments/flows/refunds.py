"""Refunds on their way, looked up at the provider."""

from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel.db import Database
from agrimarket.payments.queries import refunds as queries
from agrimarket.payments.service import refunds


def refresh(db: Database, gateway: PaymentGateway, provider_id: str) -> None:
    """Look up a refund at the provider and go on from there; one that is not ours changes nothing."""
    with db.reading() as session:
        refund_id = queries.at_provider(session, provider_id)
    if refund_id is not None:
        view = gateway.refund(provider_id)
        with db.transaction() as session:
            refunds.apply(session, refund_id, view)
