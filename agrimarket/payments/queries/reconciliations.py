"""SELECTs of comparisons with the provider."""

from uuid import UUID

from sqlmodel import Session, col, select

from agrimarket.payments.models.reconciliations import Reconciliation


def newest(session: Session, *, before: UUID | None, limit: int) -> list[Reconciliation]:
    """Comparisons, newest first."""
    statement = select(Reconciliation)
    if before is not None:
        statement = statement.where(col(Reconciliation.id) < before)
    return list(session.exec(statement.order_by(col(Reconciliation.id).desc()).limit(limit)))
