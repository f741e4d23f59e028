"""The operators' desk for sellers' bank accounts: left those that wait, right the one at hand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.types import SellerInfo
from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.problems import STATUS
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import BankAccountId
from agrimarket.payments import rules
from agrimarket.payments.pages import history
from agrimarket.payments.pages.reading import AnyRequest, read, typed
from agrimarket.payments.routes_manual import BANK_REVIEWS
from agrimarket.payments.schemas_manual import VerifyBank
from agrimarket.payments.service import manual
from agrimarket.payments.service.manual import BankDetails, BankReview
from agrimarket.payments.states import BankAccountState

HOME = "/review/payout-accounts"
SHOWN = 50


def _path(bank_id: UUID) -> str:
    return f"{HOME}/{ids.encode('bka', bank_id)}"


def _why(each: BankReview, who: dict[UUID, str], now: datetime, language: str) -> str:
    hours = int((now - each.created_at) / timedelta(hours=1))
    if each.checked_by is None:
        return t("paydesk.waits_first", language, hours=hours)
    return t("paydesk.waits_second", language, hours=hours, who=history.name(who, each.checked_by))


def _barred(found: BankReview, seller: SellerInfo, operator: Principal) -> str:
    """The sentence that says why this operator has nothing to vouch for here; empty where they have."""
    match found.state:
        case BankAccountState.REPLACED:
            return "bank_account.replaced"
        case BankAccountState.VERIFIED:
            return "paydesk.is_verified"
        case _ if seller.person_id == operator.person_id:
            return "bank_account.own"
        case _ if found.checked_by == operator.person_id:
            return "bank_account.same_verifier"
        case _:
            return ""


def _at_hand(waiting: list[BankReview], theirs: dict[UUID, SellerInfo], operator: Principal) -> UUID | None:
    """The one that waits longest for this operator."""
    return next((each.id for each in waiting if not _barred(each, theirs[each.seller_id], operator)), None)


def _newer(session: Session, found: BankReview) -> str:
    """Where the account is that took the place of a replaced one."""
    return _path(manual.bank_of(session, found.seller_id).id) if found.state == BankAccountState.REPLACED else ""


def _show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    bank_id: UUID | None,
    *,
    cursor: str | None = None,
    error: DomainError | None = None,
    note: str = "",
    opened: BankDetails | None = None,
) -> Template:
    language, window = language_of(request), BANK_REVIEWS.window(cursor, SHOWN)
    with db.reading() as session:
        now = clock.read(session)
        waiting, following = window.cut(manual.waiting(session, after=window.after, limit=window.rows))
        theirs = sellers.by_ids(session, {each.seller_id for each in waiting})
        bank_id = bank_id or _at_hand(waiting, theirs, operator)
        item = manual.review_of(session, bank_id) if bank_id else None
        seller = sellers.get(session, item.seller_id) if item else None
        done = history.lines(session, ids.encode("bka", item.id)) if item else []
        people = (*(each.checked_by for each in waiting), *(line.person_id for line in done))
        who = history.names(session, people)
        newer = _newer(session, item) if item else ""
    answer = render_page(
        request,
        "bank_desk.html",
        visitor=operator,
        status_code=STATUS[error.kind] if error else 200,
        queue=[
            (
                _path(each.id),
                theirs[each.seller_id].display_name,
                each,
                _why(each, who, now, language),
                now > each.created_at + rules.VERIFIED_WITHIN,
            )
            for each in waiting
        ],
        more=f"{HOME}?cursor={following}" if following else "",
        hours=int(rules.VERIFIED_WITHIN.total_seconds() // 3600),
        item=item,
        seller=seller,
        href=_path(item.id) if item else "",
        by=item.created_at + rules.VERIFIED_WITHIN if item else None,
        barred=_barred(item, seller, operator) if item and seller else "",
        newer=newer,
        history=history.in_words(done, who, language),
        opened=opened,
        errors=errors_of(request, error) if error else {},
        note=note,
    )
    if opened is not None:
        answer.set_header("Cache-Control", "no-store")
    return answer


@page(HOME)
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    cursor: Cursor = None,
) -> Template:
    """What waits, oldest first; at hand the first that this operator can do."""
    return _show(request, db, operator, None, cursor=cursor)


@page(f"{HOME}/{{bank_id:str}}")
def one(
    request: AnyRequest,
    bank_id: FromPath[BankAccountId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One bank account beside what waits."""
    return _show(request, db, operator, bank_id)


@form(f"{HOME}/{{bank_id:str}}/verify")
def verify(
    request: AnyRequest,
    bank_id: FromPath[BankAccountId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Vouch for it; a refusal shows the note that was typed."""
    try:
        note = read(VerifyBank, data, "note").note
        with db.transaction() as session:
            manual.verify(session, operator, bank_id, note)
    except DomainError as refusal:
        return _show(request, db, operator, bank_id, error=refusal, note=typed(data, "note")["note"])
    return see_other(HOME)


@form(f"{HOME}/{{bank_id:str}}/reveal")
def reveal(
    request: AnyRequest,
    bank_id: FromPath[BankAccountId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Show it in plain text, this once; it is audited."""
    with db.transaction() as session:
        opened = manual.reveal(session, operator, bank_id)
    return _show(request, db, operator, bank_id, opened=opened)


HANDLERS: list[ControllerRouterHandler] = [queue, one, verify, reveal]
