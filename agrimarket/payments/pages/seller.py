"""The seller's pages: where they are paid and how far that is, what was paid out, and the statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.problems import STATUS
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, Forbidden
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.payments import flows, ledger, rules, service
from agrimarket.payments.errors import PayoutAccountRefused, ProviderAway
from agrimarket.payments.models import BankAccount
from agrimarket.payments.pages import words
from agrimarket.payments.pages.reading import AnyRequest, read, typed
from agrimarket.payments.routes import ENTRIES, PAYOUTS
from agrimarket.payments.schemas import PayoutAccountOut
from agrimarket.payments.schemas_manual import BankIn
from agrimarket.payments.service import PayoutAccountInfo, manual, views
from agrimarket.settings import Settings

HOME = "/payout-account"
FIELDS = ("bank_name", "account_holder", "account_number")
GLIMPSE = 5
"""How many payouts and lines of the statement the first page shows."""
LISTED = 50
PROVIDER = ("opening", "incomplete", "restricted")
"""Where going on is up to the seller."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a seller is paid, and how far that is.

    `stage` is `none`, `opening`, `incomplete`, `restricted`, `waiting` or `enabled` at a provider, or the state of a
    bank account: `given`, `checked`, `verified`.
    """

    stage: str
    account: PayoutAccountInfo | None
    bank: BankAccount | None
    changed: bool
    now: datetime


def _standing(session: Session, seller_id: UUID, *, returned: bool) -> _Standing:
    account = service.payout_account(session, seller_id)
    bank = manual.bank_of(session, seller_id) if manual.has_bank(session, seller_id) else None
    stage = bank.state if bank is not None else _stage(account, returned=returned)
    changed = bank is not None and manual.was_changed(session, seller_id)
    return _Standing(stage, account, bank, changed, clock.read(session))


def _stage(account: PayoutAccountInfo | None, *, returned: bool) -> str:
    """Of an account at the provider. Who has just `returned` from there waits for its word."""
    if account is None or account.provider_id is None:
        return "opening" if account is not None and account.opening else "none"
    state = PayoutAccountOut.of(account).state
    pending = returned or (account.details_submitted and not account.requirements)
    return "waiting" if pending and state != "enabled" else state


def _next(standing: _Standing, language: str) -> str:
    """What happens next, and by when."""
    bank, hours = standing.bank, int(rules.SENT_WITHIN.total_seconds() // 3600)
    if bank is None or standing.stage == "verified":
        return t(f"payout.next.{standing.stage}", language, hours=hours)
    by = bank.created_at + rules.VERIFIED_WITHIN
    return t(f"payout.next.{standing.stage if standing.now <= by else 'late'}", language, by=by, hours=hours)


def _sentences(request: AnyRequest, error: DomainError) -> dict[str, str]:
    """What is said about a refusal here, where it is not about a buyer's payment."""
    match error:
        case ProviderAway():
            return {"": t("payout.away", language_of(request))}
        case PayoutAccountRefused():
            return {"": t("payout.refused", language_of(request))}
        case _:
            return errors_of(request, error)


def _show(
    request: AnyRequest,
    db: Database,
    seller: Principal,
    seller_id: UUID,
    *,
    returned: bool = False,
    error: DomainError | None = None,
    given: dict[str, str] | None = None,
) -> Template:
    language = language_of(request)
    with db.reading() as session:
        standing = _standing(session, seller_id, returned=returned)
        owed = views.owed(session, seller_id)
        payouts = views.payouts_of(session, seller_id, limit=GLIMPSE + 1)
        lines = ledger.entries(session, seller_id=seller_id, limit=GLIMPSE)
    by_bank = standing.bank is not None
    answer = render_page(
        request,
        "payout_account.html",
        visitor=seller,
        status_code=STATUS[error.kind] if error else 200,
        stage=standing.stage,
        next=_next(standing, language),
        on_hold=standing.changed and standing.stage != "verified",
        asks=rules.asked_for(standing.account.requirements) if standing.account and not by_bank else [],
        bank=standing.bank,
        can_go_on=standing.stage in PROVIDER,
        hours=int(rules.VERIFIED_WITHIN.total_seconds() // 3600),
        owed=owed,
        payouts=[words.payout(each, language, by_bank=by_bank) for each in payouts[:GLIMPSE]],
        more_payouts=len(payouts) > GLIMPSE,
        lines=words.statement(lines, language),
        errors=_sentences(request, error) if error else {},
        typed=given or dict.fromkeys(FIELDS, ""),
    )
    if error is not None and error.retry_after is not None:
        answer.set_header("Retry-After", str(error.retry_after))
    return answer


def _own(principal: Principal) -> UUID:
    if principal.seller_id is None:
        raise Forbidden
    return principal.seller_id


@page(HOME)
def home(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    returned: FromQuery[str] = "",
) -> Response[Any]:
    """Where the seller is paid. `returned` is set where the provider sends them back to."""
    if principal.seller_id is None:
        return render_page(request, "payout_no_seller.html", visitor=principal)
    return _show(request, db, principal, principal.seller_id, returned=bool(returned))


@form(f"{HOME}/bank")
def give_bank(
    request: AnyRequest,
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Be paid by bank transfer to that account; the same again changes nothing."""
    seller_id = _own(principal)
    try:
        details = read(BankIn, data, *FIELDS).details()
        with db.transaction() as session:
            manual.give_bank(session, principal, seller_id, details)
    except DomainError as refusal:
        return _show(request, db, principal, seller_id, error=refusal, given=typed(data, *FIELDS))
    return see_other(HOME)


@form(f"{HOME}/provider")
def to_provider(
    request: AnyRequest,
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """A page with the provider's link: our policy lets no form lead to another host, not even by a redirect."""
    seller_id, home_url = _own(principal), settings.base_url + HOME
    try:
        link = flows.open_payout_account(db, gateway, seller_id, f"{home_url}?returned=yes", f"{home_url}/again")
    except DomainError as refusal:
        return _show(request, db, principal, seller_id, error=refusal)
    return render_page(
        request,
        "payout_link.html",
        visitor=principal,
        url=link.url,
        host=urlsplit(link.url).hostname,
        minutes=max(1, int(link.lasts.total_seconds() // 60)),
    )


@page(f"{HOME}/again")
def again(request: AnyRequest, principal: NamedDependency[Principal]) -> Response[Any]:
    """Where the provider sends those whose link was used or is too old: to a new one."""
    if principal.seller_id is None:
        return see_other(HOME)
    return render_page(request, "payout_again.html", visitor=principal)


@page(f"{HOME}/payouts")
def payouts(
    request: AnyRequest,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Response[Any]:
    """All payouts, newest first."""
    if visitor is None or visitor.seller_id is None:
        return see_other(HOME)
    window = PAYOUTS.window(cursor, LISTED)
    with db.reading() as session:
        name, now = sellers.get(session, visitor.seller_id).display_name, clock.read(session)
        by_bank = manual.has_bank(session, visitor.seller_id)
        found = views.payouts_of(session, visitor.seller_id, before=window.after, limit=window.rows)
    shown, following = window.cut(found)
    return render_page(
        request,
        "payouts.html",
        visitor=visitor,
        seller_name=name,
        now=now,
        payouts=[words.payout(each, language, by_bank=by_bank) for each in shown],
        more=f"{HOME}/payouts?cursor={following}" if following else "",
    )


@page(f"{HOME}/statement")
def statement(
    request: AnyRequest,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    language: NamedDependency[str],
    cursor: Cursor = None,
) -> Response[Any]:
    """What changed in what the seller is owed, newest first; on paper too."""
    if visitor is None or visitor.seller_id is None:
        return see_other(HOME)
    window = ENTRIES.window(cursor, LISTED)
    with db.reading() as session:
        name, now = sellers.get(session, visitor.seller_id).display_name, clock.read(session)
        owed = views.owed(session, visitor.seller_id)
        found = ledger.entries(session, seller_id=visitor.seller_id, before=window.after, limit=window.rows)
    shown, following = window.cut(found)
    return render_page(
        request,
        "statement.html",
        visitor=visitor,
        seller_name=name,
        now=now,
        owed=owed,
        lines=words.statement(shown, language),
        more=f"{HOME}/statement?cursor={following}" if following else "",
    )


HANDLERS: list[ControllerRouterHandler] = [home, give_bank, to_provider, again, payouts, statement]
