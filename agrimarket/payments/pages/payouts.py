"""The page of a seller's payouts, and payouts in people's words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.accounts.service import sellers
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE, catalogue, t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.routes.payouts import PAYOUTS
from agrimarket.payments.service import bank_accounts, payouts
from agrimarket.payments.states import PayoutState

HOME = "/payout-account/payouts"
SHOWN = 50
_TONES = {
    PayoutState.HELD: "soon",
    PayoutState.PAID: "good",
    PayoutState.RETURNED: "bad",
    PayoutState.FAILED: "bad",
}
_NOT_ARRIVED = (PayoutState.RETURNED, PayoutState.FAILED)


@dataclass(frozen=True, slots=True)
class PayoutWords:
    """Payout in its seller's words; `more` says what happens next, or why it did not arrive."""

    number: str
    amount: Money
    day: date
    state: str
    tone: str
    more: tuple[str, ...]


def in_words(payout: Payout, language: str, *, by_bank: bool) -> PayoutWords:
    """A payout in the seller's language; `by_bank`: our staff send it by bank transfer."""
    state = PayoutState(payout.state)
    return PayoutWords(
        number=short_number(payout.id),
        amount=Money(payout.amount, payout.currency),
        day=payout.created_at.astimezone(PEOPLES_ZONE).date(),
        state=t(f"payout.state.{state}", language),
        tone=_TONES.get(state, ""),
        more=tuple(_more(payout, state, language, by_bank=by_bank)),
    )


def _more(payout: Payout, state: PayoutState, language: str, *, by_bank: bool) -> list[str]:
    if state in _NOT_ARRIVED:
        return [_failure(payout.failure_code, language), t("payout.more.not_arrived", language)]
    if state == PayoutState.PAID:
        return [t("payout.more.reference", language, reference=payout.reference)] if payout.reference else []
    if state == PayoutState.SCHEDULED and by_bank:
        return [t("payout.more.by_hand", language, by=payout.promised_by)]
    if state == PayoutState.IN_TRANSIT and payout.arrives_at is not None:
        return [t("payout.more.arrives", language, at=payout.arrives_at.astimezone(PEOPLES_ZONE).date())]
    return [t(f"payout.more.{state}", language)]


def _failure(code: str | None, language: str) -> str:
    """Reason why the money did not reach the bank; a general one for codes without words of their own."""
    key = f"payout.failure.{code}"
    return t(key if key in catalogue(language) else "payout.failure.other", language)


@page(HOME)
def list_payouts(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Response[Any]:
    """All payouts, newest first."""
    if principal.seller_id is None:
        return see_other("/payout-account")
    window = PAYOUTS.window(cursor, SHOWN)
    with db.reading() as session:
        name, now = sellers.get(session, principal.seller_id).display_name, clock.read(session)
        by_bank = bank_accounts.of_seller(session, principal.seller_id) is not None
        listed = payouts.of_seller(session, principal.seller_id, before=window.after, limit=window.rows)
    shown, following = window.cut(listed)
    return render_page(
        request,
        "payouts.html",
        visitor=principal,
        seller_name=name,
        now=now,
        payouts=[in_words(each, language, by_bank=by_bank) for each in shown],
        more=f"{HOME}?cursor={following}" if following else "",
    )


PAGES: list[ControllerRouterHandler] = [list_payouts]
