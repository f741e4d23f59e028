"""Settlement: what was captured is shared out, and what is above the final amounts goes back to the buyer."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from agrimarket.kernel import clock, outbox, states
from agrimarket.payments import ledger, rules
from agrimarket.payments.events import PaymentCancelled, PaymentSettled
from agrimarket.payments.ledger import Line
from agrimarket.payments.models import Payment, PaymentSplit, Refund
from agrimarket.payments.service import calls
from agrimarket.payments.states import PAYMENT, LedgerKind, Operation, PaymentState


class CaptureMismatch(RuntimeError):
    """The provider captured neither the final sum nor the whole: an operator has to look (the delivery is dead)."""


def complete_settlement(session: Session, payment: Payment, parts: Sequence[PaymentSplit], received: int) -> None:
    """Share `received` minor units out over the locked `parts`, once; each has its final amount.

    A card's capture is the final sum itself. Where the whole was captured (Alipay, or a capture that overtook a
    cancellation), the difference of each split is refunded.
    """
    finals = [part.final or 0 for part in parts]
    if received == sum(finals):
        captured = finals
    elif received == payment.amount:
        captured = [part.amount for part in parts]
    else:
        raise CaptureMismatch(f"{payment.id}: {received} of {sum(finals)} or {payment.amount}")
    payment.captured = received
    source = ("payment", payment.id)
    lines = [Line(LedgerKind.PROVIDER_BALANCE, received), Line(LedgerKind.BUYER_FUNDS, -received)]
    ledger.post(session, "capture", source, lines, payment.currency)
    shares: list[Line] = []
    for part, final, taken in zip(parts, finals, captured, strict=True):
        part.captured, part.refunded = taken, taken - final
        part.commission = rules.commission(final, part.commission_bps)
        shares += [
            Line(LedgerKind.BUYER_FUNDS, final),
            Line(LedgerKind.SELLER_PAYABLE, part.commission - final, part.seller_id),
            Line(LedgerKind.COMMISSION_REVENUE, -part.commission),
        ]
    ledger.post(session, "settlement", source, shares, payment.currency)
    for part in parts:
        if part.refunded:
            _refund_difference(session, payment, part)
    states.move(payment, PaymentState.SETTLED, PAYMENT)
    payment.settled_at = clock.read(session)
    _tell(session, payment, parts)


def _refund_difference(session: Session, payment: Payment, part: PaymentSplit) -> None:
    refund = Refund(
        payment_id=payment.id,
        split_id=part.id,
        key=f"settlement:{part.id}",
        amount=part.refunded,
        currency=part.currency,
        reason="settlement",
        settlement=True,
    )
    session.add(refund)
    lines = [Line(LedgerKind.BUYER_FUNDS, refund.amount), Line(LedgerKind.REFUNDS_PAYABLE, -refund.amount)]
    ledger.post(session, "refund_request", ("refund", refund.id), lines, refund.currency)
    request = {"payment": payment.provider_id, "amount": refund.amount}
    calls.prepare(session, Operation.REFUND, refund.id, request)


def _tell(session: Session, payment: Payment, parts: Sequence[PaymentSplit]) -> None:
    source: dict[str, Any] = {
        "payment_id": payment.id,
        "source_type": payment.source_type,
        "source_id": payment.source_id,
    }
    amounts = {part.reference_id: part.final for part in parts if part.final}
    if amounts:
        outbox.record(session, PaymentSettled(amounts=amounts, currency=payment.currency, **source))
    else:
        outbox.record(session, PaymentCancelled(**source))
