"""What people may see of payments."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal, Role
from agrimarket.payments import queries
from agrimarket.payments.models import Payment, PaymentSplit, Payout, Reconciliation


def payment_of(session: Session, who: Principal, payment_id: UUID) -> tuple[Payment, list[PaymentSplit]]:
    """A payment and its splits, for its payer and for operators; `NotFound` for anybody else."""
    payment = queries.payment(session, payment_id)
    if payment is None or (payment.payer_id != who.person_id and not who.has(Role.OPERATOR)):
        raise NotFound
    return payment, queries.splits(session, payment_id)


def payouts_of(session: Session, seller_id: UUID, *, before: UUID | None = None, limit: int = 20) -> list[Payout]:
    """A seller's payouts, newest first."""
    return queries.payouts_of(session, seller_id, before=before, limit=limit)


def reconciliations(session: Session, *, before: UUID | None = None, limit: int = 20) -> list[Reconciliation]:
    """Comparisons with the provider, newest first."""
    return list(queries.reconciliations(session, before=before, limit=limit))
