"""The operators' desk for sellers' bank accounts: the queue on the left, the selected one on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
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
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.paging import Window
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BankAccountId, reference
from agrimarket.payments.pages import history
from agrimarket.payments.routes.bank_accounts import BANK_REVIEWS
from agrimarket.payments.schemas.bank_accounts import RefuseBank, VerifyBank
from agrimarket.payments.service import bank_accounts
from agrimarket.payments.service.bank_accounts import BankDetails, BankReview
from agrimarket.payments.states import BankAccountState

HOME = "/review/payout-accounts"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Desk:
    """Rows that the desk shows; `newer` is the account that replaced the selected one."""

    now: datetime
    waiting: list[BankReview]
    following: str | None
    selected: BankReview | None
    newer: UUID | None
    done: list[AuditLine]
    sellers: Mapping[UUID, SellerInfo]
    who: Mapping[UUID, str]


def _read(session: Session, operator: Principal, bank_id: UUID | None, window: Window[BankReview, UUID]) -> _Desk:
    waiting, following = window.cut(bank_accounts.waiting(session, after=window.after, limit=window.rows))
    theirs = sellers.by_ids(session, {each.seller_id for each in waiting})
    bank_id = bank_id or _first_for(operator, waiting, theirs)
    selected = bank_accounts.review_of(session, bank_id) if bank_id else None
    done: list[AuditLine] = []
    if selected is not None:
        theirs = {**theirs, selected.seller_id: sellers.get(session, selected.seller_id)}
        done = history.lines(session, reference("bank_account", selected.id))
    people = (*(each.checked_by for each in waiting), *(line.person_id for line in done))
    return _Desk(
        now=clock.read(session),
        waiting=waiting,
        following=following,
        selected=selected,
        newer=_newer(session, selected),
        done=done,
        sellers=theirs,
        who=history.names(session, people),
    )


def _newer(session: Session, selected: BankReview | None) -> UUID | None:
    if selected is None or selected.state != BankAccountState.REPLACED:
        return None
    newer = bank_accounts.of_seller(session, selected.seller_id)
    return newer.id if newer else None


def _first_for(operator: Principal, waiting: list[BankReview], sellers: Mapping[UUID, SellerInfo]) -> UUID | None:
    """Id of the account that has waited longest for this operator."""
    return next((each.id for each in waiting if not _barred(operator, each, sellers[each.seller_id])), None)


def _barred(operator: Principal, bank: BankReview, seller: SellerInfo) -> str:
    """Sentence that says why this operator cannot verify the account; empty if they can."""
    match bank.state:
        case BankAccountState.REPLACED:
            return "bank_account.replaced"
        case BankAccountState.VERIFIED:
            return "paydesk.is_verified"
        case BankAccountState.REFUSED:
            return "paydesk.is_refused"
        case _ if seller.person_id == operator.person_id:
            return "bank_account.own"
        case _ if bank.checked_by == operator.person_id:
            return "bank_account.same_verifier"
        case _:
            return ""


def _path(bank_id: UUID) -> str:
    return f"{HOME}/{reference('bank_account', bank_id)}"


def _queue(desk: _Desk, language: str) -> dict[str, Any]:
    """Left side of the desk: address, seller, details, next step and lateness of each account that waits."""

    def waits_for(bank: BankReview) -> str:
        hours = int((desk.now - bank.created_at) / timedelta(hours=1))
        if bank.checked_by is None:
            return t("paydesk.waits_first", language, hours=hours)
        return t("paydesk.waits_second", language, hours=hours, who=history.name(desk.who, bank.checked_by))

    return {
        "queue": [
            (
                _path(bank.id),
                desk.sellers[bank.seller_id].display_name,
                bank,
                waits_for(bank),
                desk.now > bank.promised_by,
            )
            for bank in desk.waiting
        ],
        "more": f"{HOME}?cursor={desk.following}" if desk.following else "",
        "hours": int(drive().windows.bank_verified.total_seconds() // 3600),
    }


def _item(desk: _Desk, operator: Principal, language: str) -> dict[str, Any]:
    """Right side of the desk: the selected account."""
    bank = desk.selected
    if bank is None:
        return {"item": None, "href": ""}
    seller = desk.sellers[bank.seller_id]
    return {
        "item": bank,
        "seller": seller,
        "href": _path(bank.id),
        "by": bank.promised_by,
        "barred": _barred(operator, bank, seller),
        "can_refuse": bank.state in bank_accounts.WAITING and seller.person_id != operator.person_id,
        "newer": _path(desk.newer) if desk.newer else "",
        "history": history.in_words(desk.done, desk.who, language),
    }


def show(
    request: Request[Any, Any, Any],
    db: Database,
    operator: Principal,
    bank_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
    opened: BankDetails | None = None,
) -> Template:
    """Page of the desk: `bank_id` is selected, or the account that has waited longest for this operator.

    After a `refusal` the page has its sentence and what was typed (`data`). `opened` is shown in plain text.
    """
    language = language_of(request)
    with db.reading() as session:
        desk = _read(session, operator, bank_id, BANK_REVIEWS.window(cursor, SHOWN))
    return render_page(
        request,
        "bank_accounts.html",
        visitor=operator,
        refusal=refusal,
        secret=opened is not None,
        opened=opened,
        typed=typed(data or {}, "note", "reason"),
        **_queue(desk, language),
        **_item(desk, operator, language),
    )


@page(HOME)
def queue(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
) -> Template:
    """Accounts that wait, oldest first; the first that this operator can verify is selected."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{bank_id:str}}")
def one(
    request: Request[Any, Any, Any],
    bank_id: FromPath[BankAccountId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Page of a bank account, selected beside the queue."""
    return show(request, db, operator, bank_id)


@form(f"{HOME}/{{bank_id:str}}/verify", again=show)
def verify(
    request: Request[Any, Any, Any],
    bank_id: FromPath[BankAccountId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Vouch for the account."""
    note = read_fields(VerifyBank, data, "note").note
    with db.transaction() as session:
        bank_accounts.verify(session, operator, bank_id, note)
    return see_other(HOME)


@form(f"{HOME}/{{bank_id:str}}/refuse", again=show)
def refuse(
    request: Request[Any, Any, Any],
    bank_id: FromPath[BankAccountId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Say that the account is not right."""
    reason = read_fields(RefuseBank, data, "reason").reason
    with db.transaction() as session:
        bank_accounts.refuse(session, operator, bank_id, reason)
    return see_other(HOME)


@form(f"{HOME}/{{bank_id:str}}/reveal")
def reveal(
    request: Request[Any, Any, Any],
    bank_id: FromPath[BankAccountId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Show the account in plain text, this once; the opening is audited."""
    with db.transaction() as session:
        opened = bank_accounts.reveal(session, operator, bank_id)
    return show(request, db, operator, bank_id, opened=opened)


PAGES: list[ControllerRouterHandler] = [queue, one, verify, refuse, reveal]
