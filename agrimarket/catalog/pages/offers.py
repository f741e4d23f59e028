"""A seller's own listing as its buyers see it, with one small form for each thing that can be changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.flows import photos as photo_flows
from agrimarket.catalog.pages import own_cards, own_forms
from agrimarket.catalog.pages.drafts import path_of as draft_path
from agrimarket.catalog.pages.own_forms import Reading
from agrimarket.catalog.rules import MAX_MARKDOWN_DAYS
from agrimarket.catalog.schemas.lots import LotChange, RecallIn
from agrimarket.catalog.service import drafts, listings, lots, offers
from agrimarket.catalog.states import EDITABLE, ListingState
from agrimarket.catalog.types.photos import MAX_PHOTOS
from agrimarket.drive import drive
from agrimarket.http import weights
from agrimarket.http.formdata import Fields, filled_in, several, texts, uploads
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.request import decode_model, read_fields
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel import addresses
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingId, ListingPhotoId, reference
from agrimarket.regions.types.serviceability import Mode
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
_PATH = "/sell/listings/{listing_id:str}"


def path_of(listing_id: UUID) -> str:
    """Address of the listing's page for its seller."""
    return addresses.path_of(addresses.LISTING, listing_id)


@page(_PATH)
def show(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """The listing as buyers see it, its stock, and everything that its seller can do about it."""
    return show_again(request, listing_id, db, principal)


def show_again(
    request: AnyRequest,
    listing_id: UUID,
    db: Database,
    principal: Principal,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The page after a refusal, with what was typed in the form that was sent."""
    language = language_of(request)
    with db.reading() as session:
        listing = offers.own(session, principal, listing_id)
        lot = drafts.read(session, principal, listing.lot_id)
        shown = own_cards.card(session, listing, language)
    number, unit = weights.split(f"{lot.quantity}g", language)
    said = {
        **own_forms.typed_of_listing(listing, language),
        "title": listing.title,
        "description": listing.description,
        "quantity": number,
        "quantity_unit": unit,
    }
    sent: dict[str, Any] = {} if data is None else {**texts(data), "modes": several(data.get("modes", listing.modes))}
    return render_page(
        request,
        "offers.html",
        visitor=principal,
        refusal=refusal,
        errors=_errors(request, refusal) if refusal else {},
        number=short_number(listing_id),
        typed=said | sent,
        sent=sent,
        card=shown,
        lot=lot,
        reason=listing.review_reason,
        in_review=listing.review_since is not None,
        parts=_parts(lot.quantity, lot.committed, lot.reserved, lot.free, language),
        brings=own_cards.brings(listing, max(lot.free, lot.quantity - lot.committed), language),
        open=listing.state in EDITABLE,
        on_sale=listing.state is ListingState.PUBLISHED,
        may_publish=listing.state in (ListingState.DRAFT, ListingState.PAUSED),
        units=weights.choices(language),
        modes=[(mode.value, t(f"reach.mode.{mode}", language)) for mode in Mode],
        most_days=MAX_MARKDOWN_DAYS,
        share=drive().fees.commission_bps,
        href=path_of(listing_id),
        trace=f"/lots/{reference('lot', listing.lot_id)}/trace",
        draft=draft_path(lot.id, "check") if listing.state is ListingState.DRAFT and not listing.published_at else "",
    )


def _parts(whole: int, sold: int, held: int, free: int, language: str) -> list[tuple[str, str, float]]:
    parts = (("sold", sold), ("held", held), ("free", free))
    return [(n, own_cards.words(grams, language) if grams else "0", 100 * grams / max(1, whole)) for n, grams in parts]


def _errors(request: AnyRequest, refusal: DomainError) -> dict[str, str]:
    """Sentences by field of this page; the smallest order is told at its number, a stock too small at the stock."""
    return {{"pack": "min_packs"}.get(name, name): said for name, said in errors_of(request, refusal).items()}


@form(f"{_PATH}/price", again=show_again)
def change_price(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Ask another price from now on; what is ordered keeps the old one."""
    reading = Reading(data, language_of(request))
    price = reading.money("price")
    reading.check()
    with db.transaction() as session:
        offers.change(session, principal, listing_id, {"price": price})
    return see_other(path_of(listing_id))


@form(f"{_PATH}/stock", again=show_again)
def correct_stock(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say how much there really is, all of the lot's listings together."""
    typed = weights.typed(texts(data), "quantity", language_of(request))
    wanted = decode_model(LotChange, {"quantity": typed} if typed else {})
    with db.transaction() as session:
        lot_id = offers.own(session, principal, listing_id).lot_id
        lots.correct_quantity(session, principal, lot_id, wanted.quantity.grams)
    return see_other(path_of(listing_id))


@form(f"{_PATH}/publish", again=show_again)
def publish(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Put it on sale."""
    with db.transaction() as session:
        listings.publish(session, principal, listing_id)
    return see_other(path_of(listing_id))


@form(f"{_PATH}/pause", again=show_again)
def pause(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Take it off the market for a while."""
    with db.transaction() as session:
        listings.pause(session, principal, listing_id)
    return see_other(path_of(listing_id))


@form(f"{_PATH}/markdown", again=show_again)
def mark_down(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Let its price fall over its last days."""
    reading = Reading(data, language_of(request))
    markdown = own_forms.markdown_of(reading)
    reading.check()
    with db.transaction() as session:
        offers.change(session, principal, listing_id, {"markdown": markdown})
    return see_other(path_of(listing_id))


@form(f"{_PATH}/markdown/end", again=show_again)
def end_markdown(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Ask the full price again, until it spoils."""
    with db.transaction() as session:
        offers.change(session, principal, listing_id, {"markdown": None})
    return see_other(path_of(listing_id))


@form(f"{_PATH}/words", again=show_again)
def change_words(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Change its title, its story, how it is delivered, and how much one can order."""
    reading = Reading(data, language_of(request))
    changes, version = own_forms.words_of(reading), filled_in(reading.text("version"))
    with db.transaction() as session:
        offers.change(session, principal, listing_id, changes, version)
    return see_other(path_of(listing_id))


@form(f"{_PATH}/photos", again=show_again, request_max_body_size=MAX_PHOTOS * MAX_BYTES)
def add_photos(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep the chosen photos; a refused one is told, the others stay."""
    chosen, reading = uploads(data.get("photos")), Reading({}, language_of(request))
    if not chosen:
        raise InvalidFields([("/photos", "photo_missing", {})])
    for _, content in chosen:
        reading.photo(lambda content=content: photo_flows.add(db, settings, principal, listing_id, content))
    reading.check()
    return see_other(f"{path_of(listing_id)}#photos")


@form(f"{_PATH}/photos/{{photo_id:str}}/remove")
def remove_photo(
    listing_id: FromPath[ListingId],
    photo_id: FromPath[ListingPhotoId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Remove a photo."""
    photo_flows.remove(db, settings, principal, photo_id, listing_id)
    return see_other(f"{path_of(listing_id)}#photos")


@form(f"{_PATH}/harvest", again=show_again)
def bring_in(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say what came in of an expected harvest, and when."""
    wanted = own_forms.harvest_of(Reading(data, language_of(request)))
    with db.transaction() as session:
        lot_id = offers.own(session, principal, listing_id).lot_id
        lots.bring_in(session, principal, lot_id, *wanted)
    return see_other(path_of(listing_id))


@form(f"{_PATH}/recall", again=show_again)
def recall(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Take the whole lot back; its listings end, and an operator looks at its orders."""
    reason = read_fields(RecallIn, data, "reason").reason
    with db.transaction() as session:
        lots.recall(session, principal, offers.own(session, principal, listing_id).lot_id, reason)
    return see_other(path_of(listing_id))


HANDLERS: list[ControllerRouterHandler] = [
    show,
    change_price,
    correct_stock,
    publish,
    pause,
    mark_down,
    end_markdown,
    change_words,
    add_photos,
    remove_photo,
    bring_in,
    recall,
]
