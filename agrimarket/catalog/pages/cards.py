"""What a listing is shown by elsewhere: the card that is shared in a chat, and the price label beside the goods."""

from datetime import timedelta
from typing import Annotated, Any, Final

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog.flows import cards
from agrimarket.catalog.pages.shelves import card
from agrimarket.catalog.service import listings
from agrimarket.catalog.states import ListingState, PricedBy
from agrimarket.catalog.types.listings import ListingView
from agrimarket.drive import drive
from agrimarket.http.etag import content_tag, unchanged
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.negotiation import same_for_all
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import ListingId
from agrimarket.printing import prices
from agrimarket.printing.posters import Poster
from agrimarket.printing.prices import PriceLabel
from agrimarket.regions.service import places
from agrimarket.regions.types.places import in_script
from agrimarket.settings import Settings

_JIN: Final = 500
_KEPT_SECONDS: Final = 300
Lang = Annotated[str, QueryParameter(max_length=10, description="`zh-Hant`, `zh-Hans` or `en`.")]


@page("/listings/{listing_id:str}/card.png")
def show_card(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
    lang: Lang = "",
) -> Response[bytes]:
    """The share card of a listing; a draft's for its seller only. It is drawn again once its words have changed."""
    language = lang if lang in drive().languages else language_of(request)
    with db.reading() as session:
        listing = listings.view(session, listing_id, visitor)
        poster = _poster(session, listing, language, f"{settings.base_url}/listings/")
    photo = listing.photos[0].id if listing.photos else None
    tag = content_tag(f"{poster}{photo}".encode())
    hidden = listing.state in (ListingState.DRAFT, ListingState.PENDING_REVIEW)
    if lang == language and not hidden:
        same_for_all(request)
    headers = {"Cache-Control": "private, no-store" if hidden else _kept(listing), "ETag": tag}
    if unchanged(tag, request.headers.get("if-none-match", "")):
        return Response(b"", media_type="image/png", headers=headers)  # the answer becomes a 304
    content = cards.png(db, settings, visitor, listing_id, poster, photo, tag, language)
    return Response(content, media_type="image/png", headers=headers)


def _kept(listing: ListingView) -> str:
    """Who may keep a card, and for how long: never past the moment at which its price falls."""
    left = _KEPT_SECONDS
    if listing.price_changes_at is not None:
        now = listing.perish_by - timedelta(seconds=listing.seconds_left)
        left = min(left, max(0, int((listing.price_changes_at - now).total_seconds())))
    return f"public, max-age={left}"


@page("/listings/{listing_id:str}/label.pdf")
def show_label(
    request: Request[Any, Any, Any],
    listing_id: FromPath[ListingId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """The price label of the caller's own listing, A6."""
    language = language_of(request)
    with db.reading() as session:
        listing = listings.view(session, listing_id, principal)
        if listing.seller_id != principal.seller_id:
            raise NotFound
        seller = sellers.get(session, listing.seller_id).display_name
        label = _label(session, listing, seller, language, f"{settings.base_url}/listings/")
    headers = {"Content-Disposition": "inline", "Cache-Control": "private, no-cache"}
    return Response(prices.pdf(label), media_type="application/pdf", headers=headers)


def _poster(session: Session, listing: ListingView, language: str, pages: str) -> Poster:
    shown = card(listing, _place(session, listing, language))
    return Poster(
        title=listing.title,
        price=_price(listing, language),
        per_unit=f"{t('listing.a_pack', language, weight=shown['pack'])} · {_per_unit(listing, language)}",
        left=_left(listing, shown["left"], language),
        place=shown["place"],
        drive=drive().name.in_(language),
        scan=t("card.scan", language),
        qr=f"{pages}{shown['id']}",
    )


def _label(session: Session, listing: ListingView, seller: str, language: str, pages: str) -> PriceLabel:
    shown = card(listing, _place(session, listing, language))
    facts = [
        ("label.origin", shown["place"]),
        ("label.pack", f"{listing.names[language]} {render(shown['pack'], language)}"),
        ("label.harvested", render(listing.harvested_on, language)),
        ("label.last_day", render(shown["last_day"], language)),
        ("label.fees", t("label.delivery", language, fee=_least_delivery(), up_to=_included())),
        ("label.seller", seller),
    ]
    if listing.priced_by is PricedBy.WEIGHT:
        facts.insert(2, ("label.weighed", t("listing.by_weight", language)))
    return PriceLabel(
        language=language,
        heading=t("label.heading", language),
        name=listing.title,
        price=_price(listing, language),
        unit=t("listing.a_pack", language, weight=shown["pack"]),
        per_unit=_per_unit(listing, language),
        facts=[(t(key, language), what) for key, what in facts],
        contact=t("label.contact", language),
        drive=drive().name.in_(language),
        scan=t("card.scan", language),
        qr=f"{pages}{shown['id']}",
    )


def _price(listing: ListingView, language: str) -> str:
    price = render(listing.price, language)
    return t("card.at_most", language, price=price) if listing.priced_by is PricedBy.WEIGHT else price


def _per_unit(listing: ListingView, language: str) -> str:
    """The price by weight, in the unit in which people of that language compare prices."""
    if language == "en":
        return t("card.per_kg", language, price=listing.price_per_kg)
    jin = Money(listing.price.amount * _JIN // listing.pack_grams, listing.price.currency)
    return t("card.per_jin", language, price=jin)


def _left(listing: ListingView, days: float, language: str) -> str:
    """How long it can still be bought, as the market says it; or why it cannot."""
    if listing.state is not ListingState.PUBLISHED:
        return "" if listing.state is ListingState.DRAFT else t(f"card.state.{listing.state.value}", language)
    whole = int(days + 0.5)
    if days < 1:
        return t("left.today", language)
    return t("left.day", language) if whole == 1 else t("left.days", language, days=whole)


def _place(session: Session, listing: ListingView, language: str) -> str:
    """Name of the place where it grew, as people of that language read it."""
    if language.startswith("zh"):
        return in_script(listing.origin_name, language)
    return places.called(session, {listing.region_code}, language).get(listing.region_code, listing.origin_name)


def _least_delivery() -> Money:
    fees = drive().fees.delivery
    return Money(min(fees.within_province.base, fees.across_provinces.base), DEFAULT_CURRENCY)


def _included() -> Weight:
    return Weight(drive().fees.delivery.included_grams)
