"""Putting something on sale, one group of questions a page; each page is saved as it is sent (decision 26)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.models.listings import Product
from agrimarket.catalog.pages import own_cards, own_forms
from agrimarket.catalog.pages.own_forms import OTHER, Reading
from agrimarket.catalog.rules import MAX_EXPECTED, MAX_MARKDOWN_DAYS, per_jin
from agrimarket.catalog.service import drafts, lots, produce, products, selling
from agrimarket.catalog.states import PricedBy
from agrimarket.catalog.types.lots import LotView
from agrimarket.drive import drive
from agrimarket.http import weights
from agrimarket.http.formdata import Fields, several, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import PEOPLES_ZONE, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import LotId, reference
from agrimarket.regions.service import places
from agrimarket.regions.types.serviceability import Mode

AnyRequest = Request[Any, Any, Any]
STEPS = ("what", "price", "condition", "check")
"""The pages, in order."""


def path_of(lot_id: UUID, step: str) -> str:
    """Address of a page about the draft of that lot."""
    return f"/sell/new/{reference('lot', lot_id)}/{step}"


@page("/sell/new")
def new(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Response[Any]:
    """What and how much, of something that is not on sale yet; whoever may not sell is told what to do first."""
    if principal.seller_id is None:
        return see_other("/sell")
    return _what(request, db, principal, None)


def new_again(
    request: AnyRequest, data: dict[str, Any], db: Database, principal: Principal, refusal: DomainError
) -> Template:
    """The first page with its mistakes."""
    return _what(request, db, principal, None, refusal, data)


@form("/sell/new", again=new_again)
def begin(
    request: AnyRequest, data: Fields, db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Record the harvest, of which nothing is on sale yet, and go on to its price."""
    with db.transaction() as session:
        home = sellers.get(session, principal.require_seller()).region_code
        typed = own_forms.lot_of(session, Reading(data, language_of(request)), None, home)
        made = lots.add(session, principal, typed)
    return see_other(path_of(made.id, "price"))


@page("/sell/new/{lot_id:str}/what")
def what(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """What and how much, as it was said."""
    return _what(request, db, principal, lot_id)


def what_again(
    request: AnyRequest, lot_id: UUID, data: dict[str, Any], db: Database, principal: Principal, refusal: DomainError
) -> Template:
    """The first page of a draft with its mistakes."""
    return _what(request, db, principal, lot_id, refusal, data)


@form("/sell/new/{lot_id:str}/what", again=what_again)
def keep_what(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say anew what and how much; the price is asked next, or all is checked if that is known."""
    with db.transaction() as session:
        lot = drafts.read(session, principal, lot_id)
        typed = own_forms.lot_of(session, Reading(data, language_of(request)), lot, lot.region_code)
        lot = drafts.revise(session, principal, lot_id, typed)
        priced = drafts.draft_of(session, principal, lot) is not None
    return see_other(path_of(lot_id, "check" if priced else "price"))


def _what(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    lot_id: UUID | None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    language = language_of(request)
    with db.reading() as session:
        lot = drafts.read(session, principal, lot_id) if lot_id else None
        seller = sellers.get(session, principal.require_seller())
        kinds, approved = products.list_all(session), produce.approved(session, seller.id)
        today = clock.read(session).astimezone(PEOPLES_ZONE).date()
        home = lot.region_code if lot else seller.region_code
        origin = lot.origin_name if lot else places.get(session, home).full_name
        home_name = own_cards.place(session, home, origin, language)
    typed = texts(data) if data is not None else _said(lot, approved, today.isoformat(), home_name, language)
    number = typed.get("quantity", "")
    return render_page(
        request,
        "drafts/what.html",
        visitor=principal,
        refusal=refusal,
        errors=_what_errors(request, refusal) if refusal else {},
        typed=typed,
        approved=[(reference("product", kind.id), kind.name(language)) for kind in approved],
        others=[("", "—"), *((reference("product", kind.id), kind.name(language)) for kind in kinds)],
        other=OTHER,
        home_name=home_name,
        units=weights.choices(language),
        shown=weights.conversion(weights.typed(typed, "quantity", language), language) if number else "",
        most=drive().presale.share_bps // 100,
        ahead=MAX_EXPECTED.days,
        href=path_of(lot.id, "what") if lot else "/sell/new",
        waits=seller.standing is Standing.PENDING,
        lot_id=reference("lot", lot.id) if lot else "",
    )


def _said(lot: LotView | None, approved: list[Product], today: str, home: str, language: str) -> dict[str, str]:
    """Fields of the first page: as was said, or with what is likely."""
    if lot is None:
        first = reference("product", approved[0].id) if approved else OTHER
        return {"product_id": first, "harvested_on": today, "region_code": home}
    number, unit = weights.split(f"{lot.quantity}g", language)
    known = lot.product_id in {kind.id for kind in approved}
    product = reference("product", lot.product_id)
    return {
        "product_id": product if known else OTHER,
        "other": "" if known else product,
        "quantity": number,
        "quantity_unit": unit,
        "harvested_on": lot.harvested_on.isoformat(),
        "region_code": home,
        "share_percent": str(lot.expected_share // 100) if lot.expected_share else "",
    }


def _what_errors(request: AnyRequest, refusal: DomainError) -> dict[str, str]:
    """Sentences by field; a harvest that has spoiled by now is told at its day."""
    return {{"perish_by": "harvested_on"}.get(name, name): said for name, said in errors_of(request, refusal).items()}


@page("/sell/new/{lot_id:str}/price")
def price(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """Pack and price, with what others ask."""
    return _price(request, db, principal, lot_id)


def price_again(
    request: AnyRequest, lot_id: UUID, data: dict[str, Any], db: Database, principal: Principal, refusal: DomainError
) -> Template:
    """The page of pack and price with its mistakes."""
    return _price(request, db, principal, lot_id, refusal, data)


@form("/sell/new/{lot_id:str}/price", again=price_again)
def keep_price(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep pack and price: from here on there is a draft of a listing."""
    language = language_of(request)
    with db.transaction() as session:
        lot = drafts.read(session, principal, lot_id)
        listing = own_forms.listing_of(Reading(data, language), lot, _title(session, lot, data, language))
        drafts.price(session, principal, lot, listing)
    return see_other(path_of(lot_id, "condition"))


def _title(session: Session, lot: LotView, data: Mapping[str, Any], language: str) -> str:
    """A title for a listing that has none yet: the produce and its pack."""
    kind = next(kind for kind in products.list_all(session) if kind.id == lot.product_id)
    pack = weights.typed(texts(data), "pack", language)
    return f"{kind.name(language)} {weights.words(pack, language)}".strip()[:200]


def _price(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    lot_id: UUID,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    language = language_of(request)
    with db.reading() as session:
        lot = drafts.read(session, principal, lot_id)
        draft = drafts.draft_of(session, principal, lot)
        usual = selling.usual_price(session, lot.product_id, draft and draft.id)
    typed: dict[str, Any] = own_forms.typed_of_listing(draft, language)
    if data is not None:
        typed = {**texts(data), "modes": several(data.get("modes", []))}
    pack = weights.typed(typed, "pack", language)
    return render_page(
        request,
        "drafts/price.html",
        visitor=principal,
        refusal=refusal,
        typed=typed,
        quantity=own_cards.words(lot.quantity, language),
        units=weights.choices(language),
        shown=weights.conversion(pack, language) if pack else "",
        usual=usual.count and usual.per_kg and per_jin(usual.per_kg, 1_000),
        others=usual.count,
        priced=[(each.value, t(f"sell.priced.{each}", language)) for each in PricedBy],
        modes=[(mode.value, t(f"reach.mode.{mode}", language)) for mode in Mode],
        most_days=MAX_MARKDOWN_DAYS,
        share=drive().fees.commission_bps,
        href=path_of(lot_id, "price"),
        back=path_of(lot_id, "what"),
    )


HANDLERS: list[ControllerRouterHandler] = [new, begin, what, keep_what, price, keep_price]
