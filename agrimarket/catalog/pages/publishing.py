"""The last two pages before something goes on sale: its condition with photos, and all of it as buyers will see it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.catalog.flows import photos as photo_flows
from agrimarket.catalog.pages import own_cards, own_forms
from agrimarket.catalog.pages.drafts import path_of
from agrimarket.catalog.pages.own_forms import Reading
from agrimarket.catalog.service import drafts, listings, offers, publishing
from agrimarket.catalog.states import Grade, Storage
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.lots import LotView
from agrimarket.catalog.types.photos import MAX_PHOTOS
from agrimarket.http.formdata import texts, uploads
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel import addresses
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingPhotoId, LotId
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
Choice = TypeVar("Choice", bound=StrEnum)


@page("/sell/new/{lot_id:str}/condition")
def condition(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Until when it is good, how it was sorted and is kept, photos, its title and story."""
    return _condition(request, db, principal, lot_id)


def condition_again(
    request: AnyRequest, lot_id: UUID, data: dict[str, Any], db: Database, principal: Principal, refusal: DomainError
) -> Response[Any]:
    """That page with its mistakes; photos that were good are kept."""
    return _condition(request, db, principal, lot_id, refusal, data)


@form("/sell/new/{lot_id:str}/condition", again=condition_again, request_max_body_size=MAX_PHOTOS * MAX_BYTES)
def keep_condition(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep photos first, so that none is lost to a mistake elsewhere on the page; then the rest."""
    reading = Reading(data, language_of(request))
    with db.reading() as session:
        _, draft = _both(session, principal, lot_id)
    for _, content in uploads(data.get("photos")):
        reading.photo(lambda content=content: photo_flows.add(db, settings, principal, draft.id, content))
    by, words = own_forms.last_moment(reading), own_forms.title_of(reading)
    said = {"grade": _chosen(reading, "grade", list(Grade)), "storage": _chosen(reading, "storage", list(Storage))}
    with db.transaction() as session:
        lot, _ = _both(session, principal, lot_id)
        drafts.revise(session, principal, lot_id, own_forms.revised(lot, perish_by=by, **said))
        offers.change(session, principal, draft.id, words)
    return see_other(path_of(lot_id, "condition") + "#photos" if reading.text("more") else path_of(lot_id, "check"))


def _chosen(reading: Reading, name: str, choices: list[Choice]) -> Choice | None:
    """A choice of the form; None for none."""
    return next((each for each in choices if each.value == reading.text(name)), None)


def _both(session: Session, principal: Principal, lot_id: UUID) -> tuple[LotView, ListingView]:
    """A lot and its draft; `NotFound` while there is none."""
    lot = drafts.read(session, principal, lot_id)
    draft = drafts.draft_of(session, principal, lot)
    if draft is None:
        raise NotFound
    return lot, draft


def _condition(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    lot_id: UUID,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template | Redirect:
    language = language_of(request)
    with db.reading() as session:
        lot = drafts.read(session, principal, lot_id)
        draft = drafts.draft_of(session, principal, lot)
        if draft is None:
            return see_other(path_of(lot_id, "price"))
        shown = own_cards.card(session, draft, language)
    said = {
        "perish_by": last_day(lot.perish_by).isoformat(),
        "grade": lot.grade or "",
        "storage": lot.storage.value,
        "title": draft.title,
        "description": draft.description,
    }
    return render_page(
        request,
        "publishing/condition.html",
        visitor=principal,
        refusal=refusal,
        typed=said | texts(data or {}),
        card=shown,
        keeps=draft.keeps_days,
        brings=own_cards.brings(draft, lot.quantity, language),
        grades=[("", t("sell.grade.none", language)), *((g.value, t(f"grade.{g}", language)) for g in Grade)],
        storages=[(each.value, t(f"storage.{each}", language)) for each in Storage],
        href=path_of(lot_id, "condition"),
        back=path_of(lot_id, "price"),
    )


@form("/sell/new/{lot_id:str}/photos/{photo_id:str}/remove")
def remove_photo(
    lot_id: FromPath[LotId],
    photo_id: FromPath[ListingPhotoId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Remove a photo of the draft."""
    with db.reading() as session:
        _, draft = _both(session, principal, lot_id)
    photo_flows.remove(db, settings, principal, photo_id, draft.id)
    return see_other(path_of(lot_id, "condition") + "#photos")


@page("/sell/new/{lot_id:str}/check")
def check(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template | Redirect:
    """All of it as buyers will see it, what it brings in, and what is missing."""
    return check_again(request, lot_id, db, principal)


def check_again(
    request: AnyRequest, lot_id: UUID, db: Database, principal: Principal, refusal: DomainError | None = None
) -> Template | Redirect:
    """The last page, with the reason why it cannot be published."""
    language = language_of(request)
    with db.reading() as session:
        lot = drafts.read(session, principal, lot_id)
        draft = drafts.draft_of(session, principal, lot)
        if draft is None:
            return see_other(path_of(lot_id, "price"))
        missing = publishing.missing(session, draft)
        shown = own_cards.card(session, draft, language)
    return render_page(
        request,
        "publishing/check.html",
        visitor=principal,
        refusal=refusal,
        card=shown,
        reason=draft.review_reason,
        brings=own_cards.brings(draft, lot.quantity, language),
        quantity=own_cards.words(lot.quantity, language),
        missing=[(name, f"{path_of(lot_id, step)}#{field}") for name, step, field in missing],
        steps={step: path_of(lot_id, step) for step in ("what", "price", "condition")},
        href=path_of(lot_id, "publish"),
        throw=path_of(lot_id, "discard"),
    )


@form("/sell/new/{lot_id:str}/publish", again=check_again)
def publish(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Put it on sale, or before an operator if it is of produce that its seller was not approved for."""
    with db.transaction() as session:
        _, draft = _both(session, principal, lot_id)
        listings.publish(session, principal, draft.id)
    return see_other(addresses.path_of(addresses.LISTING, draft.id))


@form("/sell/new/{lot_id:str}/discard", again=check_again)
def discard(
    request: AnyRequest,
    lot_id: FromPath[LotId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Throw the draft away."""
    with db.transaction() as session:
        drafts.discard(session, principal, lot_id)
    return see_other("/sell")


HANDLERS: list[ControllerRouterHandler] = [condition, keep_condition, remove_photo, check, publish, discard]
