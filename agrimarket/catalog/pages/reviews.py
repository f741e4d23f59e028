"""The operators' desk for listings of produce that their sellers were not approved for."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.catalog.pages import own_cards
from agrimarket.catalog.routes.reviews import QUEUE
from agrimarket.catalog.rules import per_jin
from agrimarket.catalog.schemas.reviews import DeclineIn
from agrimarket.catalog.service import reviews
from agrimarket.catalog.types.listings import ListingView
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import last_day
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingId, reference

AnyRequest = Request[Any, Any, Any]
HOME = "/desk/listings"
SHOWN = 50


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """Listings that wait, what spoils first on top; the first is chosen."""
    return _desk(request, db, operator, None, cursor=cursor)


@page(f"{HOME}/{{listing_id:str}}")
def one(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """A listing, chosen beside the queue."""
    return _desk(request, db, operator, listing_id)


def show_again(
    request: AnyRequest,
    listing_id: UUID,
    data: Mapping[str, Any],
    db: Database,
    operator: Principal,
    refusal: DomainError,
) -> Template:
    """The desk again after a refusal, with what was typed."""
    return _desk(request, db, operator, listing_id, refusal=refusal, data=data)


@form(f"{HOME}/{{listing_id:str}}/approve", again=show_again)
def approve(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Let it be sold, and whatever else of that produce its seller offers."""
    with db.transaction() as session:
        reviews.approve(session, operator, listing_id)
    return see_other(HOME)


@form(f"{HOME}/{{listing_id:str}}/decline", again=show_again)
def decline(
    request: AnyRequest,
    listing_id: FromPath[ListingId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Turn it down, with the reason that its seller reads."""
    reason = read_fields(DeclineIn, data, "reason").reason
    with db.transaction() as session:
        reviews.decline(session, operator, listing_id, reason)
    return see_other(HOME)


def _desk(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    listing_id: UUID | None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    language, window = language_of(request), QUEUE.window(cursor, SHOWN)
    with db.reading() as session:
        rows, following = window.cut(reviews.queue(session, window.after, window.rows))
        listing_id = listing_id or (rows[0].id if rows else None)
        at_hand: dict[str, Any] = _at_hand(session, listing_id, language) if listing_id else {"card": None}
    return render_page(
        request,
        "reviews.html",
        visitor=operator,
        refusal=refusal,
        typed=texts(data or {}),
        queue=[_entry(row, language) for row in rows],
        more=f"{HOME}?cursor={following}" if following else "",
        href=_path(listing_id) if listing_id else "",
        **at_hand,
    )


def _path(listing_id: UUID) -> str:
    return f"{HOME}/{reference('listing', listing_id)}"


def _entry(listing: ListingView, language: str) -> dict[str, Any]:
    return {
        "path": _path(listing.id),
        "title": f"{listing.names[language]} · {listing.title}",
        "last_day": last_day(listing.perish_by),
        "since": listing.review_since,
    }


def _at_hand(session: Session, listing_id: UUID, language: str) -> dict[str, Any]:
    """The chosen listing with what is needed to decide about it."""
    found = reviews.read(session, listing_id)
    listing, usual = found.listing, found.usual
    return {
        "card": own_cards.card(session, listing, language),
        "number": short_number(listing.id),
        "waits": listing.review_since,
        "reason": listing.review_reason,
        "seller": found.seller.display_name,
        "approved": found.approved,
        "usual": usual.per_kg and per_jin(usual.per_kg, 1_000),
        "others": usual.count,
    }


HANDLERS: list[ControllerRouterHandler] = [queue, one, approve, decline]
