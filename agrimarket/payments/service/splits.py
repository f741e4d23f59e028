"""Splits: captured money is shared out over the sellers' parts, and the rest goes back to the buyer."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.payments import rules
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.models.splits import PaymentSplit
from agrimarket.payments.queries import splits as queries
from agrimarket.payments.service import ledger, refunds
from agrimarket.payments.service.ledger import Line
from agrimarket.payments.states import LedgerKind


class CaptureMismatch(RuntimeError):
    """The provider captured neither the final sum nor the whole; the delivery ends as dead, for an operator to see."""


def share_out(session: Session, payment: Payment, parts: Sequence[PaymentSplit]) -> None:
    """Book the captured money of a payment to the sellers of its locked `parts`, each of which has its final amount.

    A card's capture is the final sum itself. If the whole was captured (Alipay, or a capture that overtook a
    cancellation), the difference of each split is refunded. `CaptureMismatch` for any other sum.
    """
    shares: list[Line] = []
    for part, captured in zip(parts, _captured(payment, parts), strict=True):
        final = part.final or 0
        part.captured, part.refunded = captured, captured - final
        part.commission = rules.commission(final, part.commission_bps)
        shares += [
            Line(LedgerKind.BUYER_FUNDS, final),
            Line(LedgerKind.SELLER_PAYABLE, part.commission - final, part.seller_id),
            Line(LedgerKind.COMMISSION_REVENUE, -part.commission),
        ]
    ledger.post(session, "settlement", ("payment", payment.id), shares, payment.currency)
    for part in parts:
        if part.refunded > part.given_back:
            refunds.return_difference(session, payment, part)


def _captured(payment: Payment, parts: Sequence[PaymentSplit]) -> list[int]:
    """Captured amount of each split."""
    finals = [part.final or 0 for part in parts]
    if payment.captured == sum(finals):
        return finals
    if payment.captured == payment.amount:
        return [part.amount for part in parts]
    raise CaptureMismatch(f"{payment.id}: {payment.captured} of {sum(finals)} or {payment.amount}")


def sums(session: Session, reference_id: UUID) -> tuple[int, int]:
    """Minor units that were captured for `reference_id`, and those asked back of them since, before it is settled
    too. One statement."""
    return queries.sums(session, reference_id)
