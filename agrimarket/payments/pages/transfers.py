"""The operators' desk for bank transfers: left those to make and those made, right the one at hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import AuditLine, SellerInfo
from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.problems import STATUS
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PayoutId
from agrimarket.payments import rules
from agrimarket.payments.models import BankAccount, Payout
from agrimarket.payments.pages import history, words
from agrimarket.payments.pages.reading import AnyRequest, read, typed
from agrimarket.payments.routes import PAYOUTS
from agrimarket.payments.routes_manual import TO_SEND
from agrimarket.payments.schemas_manual import MarkPaid, MarkReturned
from agrimarket.payments.service import manual, manual_payouts
from agrimarket.payments.service.manual import BankDetails
from agrimarket.payments.states import PayoutState

HOME = "/review/payouts"
SHOWN = 50
SENT_SHOWN = 20
OPENED = "bank_account.opened"
LATELY = timedelta(hours=1)
"""For how long an opened account says that a colleague may be at the bank with it."""


def _path(payout_id: UUID) -> str:
    return f"{HOME}/{ids.encode('pyo', payout_id)}"


@dataclass(frozen=True, slots=True)
class _AtHand:
    """The payout at hand, the verified account that it goes to, and what was done to both."""

    payout: Payout
    bank: BankAccount | None
    done: list[AuditLine]

    def colleague(self, operator: Principal, now: datetime) -> AuditLine | None:
        """Somebody else who has opened the account for this payout and may be sending it at this moment."""
        opened = (line for line in self.done if line.action == OPENED and line.at >= now - LATELY)
        return next((line for line in opened if line.person_id != operator.person_id), None)


def _at_hand(session: Session, payout_id: UUID) -> _AtHand:
    payout, bank = manual_payouts.payout_of(session, payout_id)
    subjects = (ids.encode("pyo", payout.id), *([ids.encode("bka", bank.id)] if bank else []))
    done = [
        line
        for line in history.lines(session, *subjects)
        if line.action.startswith("payout.") or (line.action == OPENED and line.at >= payout.created_at)
    ]
    return _AtHand(payout, bank, done)


def _show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    payout_id: UUID | None,
    *,
    cursor: str | None = None,
    sent_cursor: str | None = None,
    error: DomainError | None = None,
    given: dict[str, str] | None = None,
    opened: BankDetails | None = None,
) -> Template:
    to_send, made = TO_SEND.window(cursor, SHOWN), PAYOUTS.window(sent_cursor, SENT_SHOWN)
    with db.reading() as session:
        now = clock.read(session)
        due, more = to_send.cut(manual_payouts.to_send(session, after=to_send.after, limit=to_send.rows))
        sent, earlier = made.cut(manual_payouts.sent(session, before=made.after, limit=made.rows))
        payout_id = payout_id or (due[0][0].id if due else None)
        hand = _at_hand(session, payout_id) if payout_id else None
        shown = [*(each for each, _ in due), *sent, *([hand.payout] if hand else [])]
        theirs = sellers.by_ids(session, {each.seller_id for each in shown})
        who = history.names(session, (line.person_id for line in hand.done) if hand else ())
    answer = render_page(
        request,
        "payout_desk.html",
        visitor=operator,
        status_code=STATUS[error.kind] if error else 200,
        hours=int(rules.SENT_WITHIN.total_seconds() // 3600),
        errors=errors_of(request, error) if error else {},
        typed=given or {"reference": "", "reason": ""},
        opened=opened,
        more=f"{HOME}?cursor={more}" if more else "",
        more_sent=f"{HOME}?sent={earlier}#sent" if earlier else "",
        **_queues(due, sent, theirs, now, language_of(request)),
        **_item(hand, theirs, who, now, operator, language_of(request)),
    )
    if opened is not None:
        answer.set_header("Cache-Control", "no-store")
    return answer


def _queues(
    due: list[tuple[Payout, BankAccount]],
    sent: list[Payout],
    theirs: dict[UUID, SellerInfo],
    now: datetime,
    language: str,
) -> dict[str, Any]:
    """What the left side shows: address, amount, seller, why it is there, and whether it is late."""

    def row(payout: Payout, why: str) -> tuple[str, Money, str, str, bool]:
        money = Money(payout.amount, payout.currency)
        late = payout.state == PayoutState.SCHEDULED and now > payout.created_at + rules.SENT_WITHIN
        return _path(payout.id), money, theirs[payout.seller_id].display_name, why, late

    def waits(payout: Payout, bank: BankAccount) -> str:
        hours = int((now - payout.created_at) / timedelta(hours=1))
        return t("paydesk.waits_transfer", language, hours=hours, bank=bank.bank_name, number=bank.masked_number)

    return {
        "queue": [row(payout, waits(payout, bank)) for payout, bank in due],
        "sent": [row(payout, payout.reference or "–") for payout in sent],
    }


def _item(
    hand: _AtHand | None,
    theirs: dict[UUID, SellerInfo],
    who: dict[UUID, str],
    now: datetime,
    operator: Principal,
    language: str,
) -> dict[str, Any]:
    """What the right side shows."""
    if hand is None:
        return {"item": None}
    payout, at_it = hand.payout, hand.colleague(operator, now)
    return {
        "item": words.payout(payout, language, by_bank=True),
        "seller": theirs[payout.seller_id],
        "bank": hand.bank,
        "href": _path(payout.id),
        "can_send": payout.state == PayoutState.SCHEDULED,
        "can_return": payout.state == PayoutState.PAID,
        "at_it": at_it and t("paydesk.at_it", language, who=history.name(who, at_it.person_id), at=at_it.at),
        "history": history.in_words(hand.done, who, language),
    }


@page(HOME)
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    sent: FromQuery[str | None] = None,
) -> Template:
    """Bank transfers to make, oldest first, and those that were made, newest first."""
    return _show(request, db, operator, None, cursor=cursor, sent_cursor=sent)


@page(f"{HOME}/{{payout_id:str}}")
def one(
    request: AnyRequest,
    payout_id: FromPath[PayoutId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One payout beside the queue."""
    return _show(request, db, operator, payout_id)


@form(f"{HOME}/{{payout_id:str}}/reveal")
def reveal(
    request: AnyRequest,
    payout_id: FromPath[PayoutId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Show in plain text, this once, where to send it; it is audited."""
    with db.transaction() as session:
        opened = manual.reveal(session, operator, _verified(manual_payouts.payout_of(session, payout_id)).id)
    return _show(request, db, operator, payout_id, opened=opened)


def _verified(found: tuple[Payout, BankAccount | None]) -> BankAccount:
    if found[1] is None:
        raise NotFound
    return found[1]


@form(f"{HOME}/{{payout_id:str}}/mark-paid")
def mark_paid(
    request: AnyRequest,
    payout_id: FromPath[PayoutId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """It was sent under that reference of the bank's; the same again changes nothing."""
    try:
        reference = read(MarkPaid, data, "reference").reference
        with db.transaction() as session:
            manual_payouts.mark_paid(session, operator, payout_id, reference)
    except DomainError as refusal:
        return _again(request, db, operator, payout_id, refusal, data)
    return see_other(HOME)


@form(f"{HOME}/{{payout_id:str}}/mark-returned")
def mark_returned(
    request: AnyRequest,
    payout_id: FromPath[PayoutId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """The bank sent it back."""
    try:
        reason = read(MarkReturned, data, "reason").reason
        with db.transaction() as session:
            manual_payouts.mark_returned(session, operator, payout_id, reason)
    except DomainError as refusal:
        return _again(request, db, operator, payout_id, refusal, data)
    return see_other(HOME)


def _again(
    request: AnyRequest, db: Database, operator: Principal, payout_id: UUID, error: DomainError, data: Fields
) -> Template:
    return _show(request, db, operator, payout_id, error=error, given=typed(data, "reference", "reason"))


HANDLERS: list[ControllerRouterHandler] = [queue, one, reveal, mark_paid, mark_returned]
