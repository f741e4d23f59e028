"""What people may see of payments."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.payments import ledger, queries
from agrimarket.payments.models import Payment, PaymentSplit, Payout, Reconciliation
from agrimarket.payments.states import LedgerKind


def payment_of(session: Session, who: Principal, payment_id: UUID) -> tuple[Payment, list[PaymentSplit]]:
    """A payment and its splits, for its payer and for operators; `NotFound` for anybody else."""
    payment = queries.payment(session, payment_id)
    if payment is None or (payment.payer_id != who.person_id and not who.has(Role.OPERATOR)):
        raise NotFound
    return payment, queries.splits(session, payment_id)


def payouts_of(session: Session, seller_id: UUID, *, before: UUID | None = None, limit: int = 20) -> list[Payout]:
    """A seller's payouts, newest first."""
    return queries.payouts_of(session, seller_id, before=before, limit=limit)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a seller is owed: `payable`, of which the statement tells; `set_aside` for a bank transfer; `debt` to us."""

    payable: Money
    set_aside: Money
    debt: Money


def owed(session: Session, seller_id: UUID) -> Owed:
    """What the ledger says about a seller now."""

    def balance(kind: LedgerKind) -> Money:
        return ledger.balance(session, kind, seller_id=seller_id)

    in_transit = balance(LedgerKind.PAYOUTS_IN_TRANSIT)  # a credit is what a bank transfer has still to bring
    return Owed(
        payable=-balance(LedgerKind.SELLER_PAYABLE),
        set_aside=Money(max(0, -in_transit.amount), in_transit.currency),
        debt=balance(LedgerKind.SELLER_RECEIVABLE),
    )


def reconciliations(session: Session, *, before: UUID | None = None, limit: int = 20) -> list[Reconciliation]:
    """Comparisons with the provider, newest first."""
    return list(queries.reconciliations(session, before=before, limit=limit))
