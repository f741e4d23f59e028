"""Positions up to which the provider's events were listed, and objects to look up whose webhook may be lost."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.kernel import clock
from agrimarket.payments.models.payout_accounts import PayoutAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.models.refunds import Refund
from agrimarket.payments.models.webhooks import ProviderCursor
from agrimarket.payments.states import PayoutState, RefundState

_LOOKED_AT_LATELY = text("interval '10 min'")


def position(session: Session, source: str, start: int) -> int:
    """Moment (Unix seconds) up to which the events of `source` were listed; `start` the first time."""
    session.connection().execute(_BEGIN, {"source": source, "position": start})
    statement = select(ProviderCursor.position).where(ProviderCursor.source == source)
    return session.exec(statement).one()


def move_position(session: Session, source: str, reached: int) -> None:
    """Note that the events of `source` were listed up to `reached`; the position never goes back."""
    session.connection().execute(_MOVE, {"source": source, "position": reached})


def payments_to_check(session: Session, limit: int = 50) -> list[UUID]:
    """Payments that are being settled without a call that does it, such as one whose cancellation was refused."""
    return list(session.connection().execute(_UNSETTLED, {"limit": limit}).scalars())


def accounts_to_check(session: Session, limit: int = 20) -> list[str]:
    """The provider's ids of accounts that are not fully enabled and were not looked up for ten minutes."""
    statement = (
        select(PayoutAccount.provider_id)
        .where(
            col(PayoutAccount.provider_id).is_not(None),
            ~(col(PayoutAccount.transfers_enabled) & col(PayoutAccount.payouts_enabled)),
            col(PayoutAccount.checked_at) < clock.now() - _LOOKED_AT_LATELY,
        )
        .order_by(col(PayoutAccount.checked_at))
        .limit(limit)
    )
    return [provider_id for provider_id in session.exec(statement) if provider_id]


def payouts_to_check(session: Session, limit: int = 50) -> list[UUID]:
    """Payouts on their way that were not looked up for ten minutes."""
    statement = (
        select(Payout.id)
        .where(Payout.state == PayoutState.IN_TRANSIT, col(Payout.checked_at) < clock.now() - _LOOKED_AT_LATELY)
        .order_by(col(Payout.checked_at))
        .limit(limit)
    )
    return list(session.exec(statement))


def refunds_to_check(session: Session, limit: int = 50) -> list[str]:
    """The provider's ids of refunds that are pending there, oldest first."""
    statement = (
        select(Refund.provider_id).where(Refund.state == RefundState.PENDING).order_by(col(Refund.id)).limit(limit)
    )
    return [provider_id for provider_id in session.exec(statement) if provider_id]


_BEGIN = text("""
    INSERT INTO provider_cursor (source, position) VALUES (:source, :position) ON CONFLICT (source) DO NOTHING
""")
_MOVE = text("""
    UPDATE provider_cursor SET position = greatest(position, :position) WHERE source = :source
""")
_UNSETTLED = text("""
    SELECT p.id FROM payment AS p
    WHERE p.state = 'settling' AND p.provider_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM provider_call AS c
        WHERE c.operation IN ('capture', 'cancel_payment') AND c.subject_id = p.id
          AND c.state IN ('intent', 'unresolved')
    )
    ORDER BY p.id LIMIT :limit
""")
