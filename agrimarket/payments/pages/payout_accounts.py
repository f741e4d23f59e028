"""The seller's page of their payout account: its progress, the newest payouts and the newest lines of the statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.http.formdata import Fields, typed
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.request import read_fields
from agrimarket.integrations.payment_gateway import PaymentGateway
from agrimarket.kernel import clock
from agrimarket.kernel.addresses import PAYOUT_ACCOUNT, title_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.payments import rules
from agrimarket.payments.errors import PayoutAccountRefused, ProviderAway
from agrimarket.payments.flows import payout_accounts as flows
from agrimarket.payments.models.bank_accounts import BankAccount
from agrimarket.payments.pages import ledger as ledger_pages
from agrimarket.payments.pages import payouts as payout_pages
from agrimarket.payments.schemas.bank_accounts import BankIn
from agrimarket.payments.schemas.payout_accounts import PayoutAccountOut
from agrimarket.payments.service import bank_accounts, ledger, payout_accounts, payouts
from agrimarket.payments.service.payout_accounts import PayoutAccountInfo
from agrimarket.settings import Settings

HOME = "/payout-account"
FIELDS = ("bank_name", "account_holder", "account_number", "account_number_confirmed")
GLIMPSE = 5
"""Payouts that the page shows, and lines of the statement."""
UP_TO_SELLER = ("opening", "incomplete", "restricted")
"""Stages in which the seller goes on at the provider."""


@dataclass(frozen=True, slots=True)
class _Progress:
    """Progress of a seller's payout account.

    `stage` is `none`, `opening`, `incomplete`, `restricted`, `waiting` or `enabled` at a provider, or the state of a
    bank account: `given`, `checked`, `verified`, `refused`.
    """

    stage: str
    account: PayoutAccountInfo | None
    bank: BankAccount | None
    changed: bool
    now: datetime


def _progress(session: Session, seller_id: UUID, *, returned: bool) -> _Progress:
    account = payout_accounts.of_seller(session, seller_id)
    bank = bank_accounts.of_seller(session, seller_id)
    stage = bank.state if bank is not None else _stage(account, returned=returned)
    changed = bank is not None and bank_accounts.was_changed(session, seller_id)
    return _Progress(stage, account, bank, changed, clock.read(session))


def _stage(account: PayoutAccountInfo | None, *, returned: bool) -> str:
    """Stage of an account at the provider. A seller who has just `returned` from there waits for the provider."""
    if account is None or account.provider_id is None:
        return "opening" if account is not None and account.opening else "none"
    state = PayoutAccountOut.of(account).state
    pending = returned or (account.details_submitted and not account.requirements)
    return "waiting" if pending and state != "enabled" else state


def _in_words(progress: _Progress, language: str) -> dict[str, Any]:
    """Sentences of the page about the progress."""
    account, bank, stage = progress.account, progress.bank, progress.stage
    return {
        "stage": stage,
        "next": _next(progress, language),
        "on_hold": progress.changed and stage not in ("verified", "refused"),
        "asks": rules.asked_for(account.requirements) if account and bank is None else [],
        "bank": bank,
        "can_go_on": stage in UP_TO_SELLER,
        "hours": int(drive().windows.bank_verified.total_seconds() // 3600),
    }


def _next(progress: _Progress, language: str) -> str:
    """Sentence about the next step, and its latest time."""
    bank, hours = progress.bank, int(drive().windows.bank_sent.total_seconds() // 3600)
    if bank is None or progress.stage in ("verified", "refused"):
        return t(f"payout.next.{progress.stage}", language, hours=hours)
    by = bank.promised_by
    return t(f"payout.next.{progress.stage if progress.now <= by else 'late'}", language, by=by, hours=hours)


def _sentences(request: Request[Any, Any, Any], refusal: DomainError) -> dict[str, str]:
    """Sentences of the page about a refusal, for those whose general sentence is about a buyer's payment."""
    match refusal:
        case ProviderAway():
            return {"": t("payout.away", language_of(request))}
        case PayoutAccountRefused():
            return {"": t("payout.refused", language_of(request))}
        case _:
            return errors_of(request, refusal)


def show(
    request: Request[Any, Any, Any],
    db: Database,
    principal: Principal,
    returned: str = "",
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of the payout account; after a `refusal`, with its sentence and what was typed (`data`)."""
    language, seller_id = language_of(request), principal.require_seller()
    with db.reading() as session:
        progress = _progress(session, seller_id, returned=bool(returned))
        balance = ledger.seller_balance(session, seller_id)
        newest = payouts.of_seller(session, seller_id, limit=GLIMPSE + 1)
        entries = ledger.statement(session, seller_id, limit=GLIMPSE)
    by_bank = progress.bank is not None
    answer = render_page(
        request,
        "payout_accounts.html",
        visitor=principal,
        refusal=refusal,
        seller=title_of(PAYOUT_ACCOUNT, short_number(seller_id), language),
        balance=balance,
        payouts=[payout_pages.in_words(each, language, by_bank=by_bank) for each in newest[:GLIMPSE]],
        more_payouts=len(newest) > GLIMPSE,
        lines=ledger_pages.in_words(entries, language),
        errors=_sentences(request, refusal) if refusal else {},
        typed=typed(data or {}, *FIELDS),
        asks_again=isinstance(refusal, InvalidFields) and refusal.has("bank_number_unlike_card"),
        **_in_words(progress, language),
    )
    if refusal is not None and refusal.retry_after is not None:
        answer.set_header("Retry-After", str(refusal.retry_after))
    return answer


@page(HOME)
def home(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    returned: FromQuery[str] = "",
) -> Response[Any]:
    """Payout account of the seller. The provider sends them back here with `returned`."""
    if principal.seller_id is None:
        return render_page(request, "payout_accounts_no_seller.html", visitor=principal)
    return show(request, db, principal, returned)


@form(f"{HOME}/bank", again=show)
def give_bank(
    request: Request[Any, Any, Any],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Pay the seller by bank transfer to that account from now on; the same account again changes nothing."""
    seller_id = principal.require_seller()
    details = read_fields(BankIn, data, *FIELDS).details()
    with db.transaction() as session:
        bank_accounts.give(session, principal, seller_id, details)
    return see_other(HOME)


@form(f"{HOME}/provider", again=show)
def go_to_provider(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    gateway: NamedDependency[PaymentGateway],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Template:
    """Page with the provider's link; our Content-Security-Policy lets no form redirect to another host."""
    seller_id, home_url = principal.require_seller(), settings.base_url + HOME
    link = flows.open_account(db, gateway, seller_id, f"{home_url}?returned=yes", f"{home_url}/again")
    return render_page(
        request,
        "payout_accounts_link.html",
        visitor=principal,
        url=link.url,
        host=urlsplit(link.url).hostname,
        minutes=max(1, int(link.lasts.total_seconds() // 60)),
    )


@page(f"{HOME}/again")
def link_again(request: Request[Any, Any, Any], principal: NamedDependency[Principal]) -> Response[Any]:
    """Redirect to a new link; the provider sends sellers here whose link was used or is too old."""
    if principal.seller_id is None:
        return see_other(HOME)
    return render_page(request, "payout_accounts_again.html", visitor=principal)


PAGES: list[ControllerRouterHandler] = [home, give_bank, go_to_provider, link_again]
