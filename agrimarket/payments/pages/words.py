"""Payouts and the statement in people's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agrimarket.kernel.i18n import PEOPLES_ZONE, catalogue, t
from agrimarket.kernel.money import Money
from agrimarket.payments import rules
from agrimarket.payments.ledger import Entry
from agrimarket.payments.models import Payout
from agrimarket.payments.schemas import StatementLine
from agrimarket.payments.states import PayoutState

_TONES = {
    PayoutState.HELD: "soon",
    PayoutState.PAID: "good",
    PayoutState.RETURNED: "bad",
    PayoutState.FAILED: "bad",
}
_NOT_ARRIVED = (PayoutState.RETURNED, PayoutState.FAILED)


@dataclass(frozen=True, slots=True)
class PayoutWords:
    """A payout as its seller reads it; `more` is what happens next, or why it did not arrive."""

    amount: Money
    day: date
    state: str
    tone: str
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line of the statement."""

    day: date
    what: str
    amount: Money


def _day(at: datetime) -> date:
    return at.astimezone(PEOPLES_ZONE).date()


def payout(row: Payout, language: str, *, by_bank: bool) -> PayoutWords:
    """`by_bank`: the seller is paid by bank transfer, which people of ours make."""
    state = PayoutState(row.state)
    return PayoutWords(
        amount=Money(row.amount, row.currency),
        day=_day(row.created_at),
        state=t(f"payout.state.{state}", language),
        tone=_TONES.get(state, ""),
        more=tuple(_more(row, state, language, by_bank=by_bank)),
    )


def _more(row: Payout, state: PayoutState, language: str, *, by_bank: bool) -> list[str]:
    if state in _NOT_ARRIVED:
        return [failure(row.failure_code, language), t("payout.more.not_arrived", language)]
    if state == PayoutState.PAID:
        return [t("payout.more.reference", language, reference=row.reference)] if row.reference else []
    if state == PayoutState.SCHEDULED and by_bank:
        return [t("payout.more.by_hand", language, by=row.created_at + rules.SENT_WITHIN)]
    if state == PayoutState.IN_TRANSIT and row.arrives_at is not None:
        return [t("payout.more.arrives", language, at=_day(row.arrives_at))]
    return [t(f"payout.more.{state}", language)]


def statement(entries: Sequence[Entry], language: str) -> list[LineWords]:
    """What changed in what the seller is owed: sales are positive, refunds and payouts negative."""
    lines = [StatementLine.of(entry) for entry in entries]
    return [
        LineWords(
            day=_day(line.created_at),
            what=t(f"payout.kind.{line.kind}", language),
            amount=Money(line.amount.amount, line.amount.currency),
        )
        for line in lines
    ]


def failure(code: str | None, language: str) -> str:
    """Why the money did not reach the bank; in general words for a code that has none of its own."""
    key = f"payout.failure.{code}"
    return t(key if key in catalogue(language) else "payout.failure.other", language)
