"""The operators' desk for bank transfers: those to make and those made on the left, the selected one on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import AuditLine, SellerInfo
from agrimarket.drive import drive
from agrimarket.http.formdata import Fields, typed
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, found
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import PayoutId, reference
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.models.payouts import Payout
from agrimarket.payments.pages import history, payouts
from agrimarket.payments.routes.bank_transfers import TO_SEND
from agrimarket.payments.routes.payouts import PAYOUTS
from agrimarket.payments.schemas.bank_transfers import MarkPaid, MarkReturned
from agrimarket.payments.service import bank_accounts, bank_transfers
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.payments.states import PayoutState

HOME = "/review/payouts"
SHOWN = 50
SENT_SHOWN = 20
OPENED = "bank_account.opened"
LATELY = timedelta(hours=1)
"""Time for which an opened account warns that a colleague may be sending money to it."""


@dataclass(frozen=True, slots=True)
class _Selected:
    """Selected payout, the verified account that it goes to, and the audit lines about both."""

    payout: Payout
    bank: BankAccount | None
    done: list[AuditLine]

    def colleague(self, operator: Principal, now: datetime) -> AuditLine | None:
        """Audit line of another operator who opened the account for this payout and may be sending it right now."""
        opened = (line for line in self.done if line.action == OPENED and line.at >= now - LATELY)
        return next((line for line in opened if line.person_id != operator.person_id), None)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Rows that the desk shows."""

    now: datetime
    due: list[tuple[Payout, BankAccount]]
    following: str | None
    sent: list[Payout]
    earlier: str | None
    selected: _Selected | None
    sellers: Mapping[UUID, SellerInfo]
    who: Mapping[UUID, str]


def _read(session: Session, payout_id: UUID | None, cursor: str | None, sent_cursor: str | None) -> _Desk:
    to_send, made = TO_SEND.window(cursor, SHOWN), PAYOUTS.window(sent_cursor, SENT_SHOWN)
    due, following = to_send.cut(bank_transfers.to_send(session, after=to_send.after, limit=to_send.rows))
    sent, earlier = made.cut(bank_transfers.sent(session, before=made.after, limit=made.rows))
    payout_id = payout_id or (due[0][0].id if due else None)
    selected = _select(session, payout_id) if payout_id else None
    shown = [*(payout for payout, _ in due), *sent, *([selected.payout] if selected else [])]
    return _Desk(
        now=clock.read(session),
        due=due,
        following=following,
        sent=sent,
        earlier=earlier,
        selected=selected,
        sellers=sellers.by_ids(session, {payout.seller_id for payout in shown}),
        who=history.names(session, (line.person_id for line in selected.done) if selected else ()),
    )


def _select(session: Session, payout_id: UUID) -> _Selected:
    payout, bank = bank_transfers.one(session, payout_id)
    subjects = (reference("payout", payout.id), *([reference("bank_account", bank.id)] if bank else []))
    done = [
        line
        for line in history.lines(session, *subjects)
        if line.action.startswith("payout.") or (line.action == OPENED and line.at >= payout.created_at)
    ]
    return _Selected(payout, bank, done)


def _path(payout_id: UUID) -> str:
    return f"{HOME}/{reference('payout', payout_id)}"


def _queues(desk: _Desk, language: str) -> dict[str, Any]:
    """Left side of the desk: address, amount, seller, reason and lateness of each payout."""

    def row(payout: Payout, why: str) -> tuple[str, Money, str, str, bool]:
        money = Money(payout.amount, payout.currency)
        promised = payout.promised_by
        late = payout.state == PayoutState.SCHEDULED and promised is not None and desk.now > promised
        return _path(payout.id), money, desk.sellers[payout.seller_id].display_name, why, late

    def waits(payout: Payout, bank: BankAccount) -> str:
        hours = int((desk.now - payout.created_at) / timedelta(hours=1))
        return t("paydesk.waits_transfer", language, hours=hours, bank=bank.bank_name, number=bank.masked_number)

    return {
        "queue": [row(payout, waits(payout, bank)) for payout, bank in desk.due],
        "more": f"{HOME}?cursor={desk.following}" if desk.following else "",
        "sent": [row(payout, payout.reference or "–") for payout in desk.sent],
        "more_sent": f"{HOME}?sent={desk.earlier}#sent" if desk.earlier else "",
        "hours": int(drive().windows.bank_sent.total_seconds() // 3600),
    }


def _item(desk: _Desk, operator: Principal, language: str) -> dict[str, Any]:
    """Right side of the desk: the selected payout."""
    selected = desk.selected
    if selected is None:
        return {"item": None}
    payout, at_it = selected.payout, selected.colleague(operator, desk.now)
    return {
        "item": payouts.in_words(payout, language, by_bank=True),
        "seller": desk.sellers[payout.seller_id],
        "bank": selected.bank,
        "href": _path(payout.id),
        "can_send": payout.state == PayoutState.SCHEDULED,
        "can_return": payout.state == PayoutState.PAID,
        "at_it": at_it and t("paydesk.at_it", language, who=history.name(desk.who, at_it.person_id), at=at_it.at),
        "history": history.in_words(selected.done, desk.who, language),
    }


def show(
    request: Request[Any, Any, Any],
    db: Database,
    operator: Principal,
    payout_id: UUID | None = None,
    *,
    cursor: str | None = None,
    sent: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
    opened: BankDetails | None = None,
) -> Template:
    """Page of the desk: `payout_id` is selected, or the payout that has waited longest.

    After a `refusal` the page has its sentence and what was typed (`data`). `opened` is shown in plain text.
    """
    language = language_of(request)
    with db.reading() as session:
        desk = _read(session, payout_id, cursor, sent)
    return render_page(
        request,
        "bank_transfers.html",
        visitor=operator,
        refusal=refusal,
        secret=opened is not None,
        typed=typed(data or {}, "reference", "reason"),
        opened=opened,
        **_queues(desk, language),
        **_item(desk, operator, language),
    )


@page(HOME)
def queue(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
    sent: FromQuery[str | None] = None,
) -> Template:
    """Bank transfers to make, oldest first, and those that were made, newest first."""
    return show(request, db, operator, cursor=cursor, sent=sent)


@page(f"{HOME}/{{payout_id:str}}")
def one(
    request: Request[Any, Any, Any],
    payout_id: FromPath[PayoutId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Page of a payout, selected beside the queue."""
    return show(request, db, operator, payout_id)


@form(f"{HOME}/{{payout_id:str}}/reveal")
def reveal(
    request: Request[Any, Any, Any],
    payout_id: FromPath[PayoutId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Show the account to send it to in plain text, this once; the opening is audited."""
    with db.transaction() as session:
        _, bank = bank_transfers.one(session, payout_id)
        opened = bank_accounts.reveal(session, operator, found(bank).id)
    return show(request, db, operator, payout_id, opened=opened)


@form(f"{HOME}/{{payout_id:str}}/mark-paid", again=show)
def mark_paid(
    request: Request[Any, Any, Any],
    payout_id: FromPath[PayoutId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Record that the transfer was sent under the bank's reference; the same reference again changes nothing."""
    given = read_fields(MarkPaid, data, "reference")
    with db.transaction() as session:
        bank_transfers.mark_paid(session, operator, payout_id, given.reference)
    return see_other(HOME)


@form(f"{HOME}/{{payout_id:str}}/mark-returned", again=show)
def mark_returned(
    request: Request[Any, Any, Any],
    payout_id: FromPath[PayoutId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Record that the bank sent the money back."""
    given = read_fields(MarkReturned, data, "reason")
    with db.transaction() as session:
        bank_transfers.mark_returned(session, operator, payout_id, given.reason)
    return see_other(HOME)


PAGES: list[ControllerRouterHandler] = [queue, one, reveal, mark_paid, mark_returned]
