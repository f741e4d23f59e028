"""Listings: viewed; drafted, changed, put on sale, paused and ended."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog import events, rules
from agrimarket.catalog.errors import (
    ExposureExceeded,
    ListingClosed,
    ListingStale,
    LotPerished,
    LotRecalled,
    LotSoldOut,
    SellerSuspended,
)
from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.catalog.queries import listings as queries
from agrimarket.catalog.service import lots, produce, search
from agrimarket.catalog.states import EDITABLE, LISTING_TRANSITIONS, OPEN, Certification, ListingState
from agrimarket.catalog.types.listings import ListingView, NewListing, Offer
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import found
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.reading import run
from agrimarket.kernel.states import move
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.serviceability import Mode

SWEEP = 1_000
"""Number of listings that one sweep ends; the next sweep goes on."""
REPRICED = 5_000
"""Number of listings whose sort key one transaction brings to today."""


MARKET_VERSION = queries.MARKET_VERSION
"""Reads a text that differs as soon as a listing or a product has changed, or the clock was moved; not with stock."""


def view(session: Session, listing_id: UUID, visitor: Principal | None = None) -> ListingView:
    """A listing, even one that has ended; a draft only for its seller, else `NotFound`. One statement."""
    return _only(run(session, queries.view(listing_id, visitor.seller_id if visitor else None)))


async def fetch(db: Database, listing_id: UUID, visitor: Principal | None = None) -> ListingView:
    """`view` on the event loop."""
    return _only(await db.fetch(queries.view(listing_id, visitor.seller_id if visitor else None)))


def _only(views: list[ListingView]) -> ListingView:
    return found(next(iter(views), None))


def offers(session: Session, listing_ids: Iterable[UUID]) -> list[Offer]:
    """Current offers of these listings, in order of id; ids that do not exist are left out. One statement.

    Nothing is locked: only `stock.reserve` decides what can be had.
    """
    return queries.offers(session, sorted(set(listing_ids)))


def price_at(offer: Offer, at: datetime) -> Money:
    """What a pack of the offer cost at that moment, by its full price and markdown of now."""
    full = offer.full_price or offer.price
    day = rules.china_day(at)
    return Money(rules.price_on(full.amount, offer.markdown, offer.perish_by, day), full.currency)


def add(session: Session, principal: Principal, data: NewListing) -> ListingView:
    """Draft an offer of packs from one of the caller's lots. `NotFound`, `PackTooLarge`, `PacksDisordered`,
    `MarkdownUnsound`, `MarkdownDaysUnsound`.
    """
    lot = lots.lock(session, principal, data.lot_id)
    rules.check_packs(data.pack_grams, data.min_packs, data.max_packs, lot.quantity)
    rules.check_markdown(data.price, data.markdown)
    draft = Listing(
        lot_id=lot.id,
        seller_id=lot.seller_id,
        product_id=lot.product_id,
        region_code=lot.region_code,
        origin_name=lot.origin_name,
        perish_by=lot.perish_by,
        title=data.title,
        description=data.description,
        pack_grams=data.pack_grams,
        price=data.price.amount,
        currency=data.price.currency,
        priced_by=data.priced_by,
        min_packs=data.min_packs,
        max_packs=data.max_packs,
        modes=rules.in_order(data.modes, Mode),
        markdown_floor=data.markdown and data.markdown.floor,
        markdown_days=data.markdown and data.markdown.days,
        priced_on=rules.china_day(clock.read(session)),
        certifications=rules.in_order(data.certifications, Certification),
        sku=data.sku,
    )
    search.describe(session, [draft])
    session.add(draft)
    session.flush()  # it is read back by plain SQL
    return view(session, draft.id, principal)


def change(
    session: Session, principal: Principal, listing_id: UUID, version: int, changes: Mapping[str, Any]
) -> ListingView:
    """Change title, description, pack_grams, price (a `Money`), priced_by, min_packs, max_packs, modes or markdown (a
    `Markdown` or None) of an open listing.

    `ListingStale` if `version` is not the current one, `ListingClosed` once it has ended; the limits of publishing
    hold for a listing that is on sale.
    """
    listing, lot = _lock(session, listing_id, principal)
    if listing.version != version:
        raise ListingStale
    if ListingState(listing.state) not in EDITABLE:
        raise ListingClosed
    for name, value in changes.items():
        if name == "markdown":
            listing.markdown_floor, listing.markdown_days = value or (None, None)
        else:
            setattr(listing, name, value.amount if isinstance(value, Money) else value)
    listing.modes = rules.in_order(listing.modes, Mode)
    listing.certifications = rules.in_order(listing.certifications, Certification)
    rules.check_packs(listing.pack_grams, listing.min_packs, listing.max_packs, lot.quantity)
    rules.check_markdown(listing.price_of_pack(), listing.markdown)
    listing.priced_on = rules.china_day(clock.read(session))
    if changes.keys() & {"title", "modes", "certifications"}:
        search.describe(session, [listing])
    if listing.state in OPEN:
        _check_exposure(session, sellers.get(session, listing.seller_id), listing, lot)
    return _changed(session, listing, principal)


def publish(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """Put a listing on sale; one that is on sale already stays as it is.

    While the seller's account is not decided, the listing waits in pending_review for `publish_waiting`. A listing
    of produce that they were not approved for waits there for an operator (`reviews`).

    `SellerSuspended`, `LotRecalled`, `LotPerished`, `LotSoldOut`, and `ExposureExceeded` for a limited seller.
    """
    listing, lot = _lock(session, listing_id, principal)
    if listing.state == ListingState.PUBLISHED:
        return view(session, listing.id, principal)
    _put_on_sale(session, listing, lot)
    _look_at_place(session, listing)
    return _changed(session, listing, principal)


def publish_waiting(session: Session, seller_id: UUID) -> int:
    """Publish the seller's listings in pending_review, as far as their standing and limit allow; returns how many.

    A listing that cannot be published stays where it is; the seller is told why when they publish it themselves.
    """
    published = 0
    for listing_id in queries.waiting(session, seller_id):
        locked = queries.lock(session, listing_id, seller_id)
        if locked is None or locked[0].state != ListingState.PENDING_REVIEW:
            continue
        try:
            if not _put_on_sale(session, *locked):
                continue
        except (SellerSuspended, ExposureExceeded, LotPerished, LotSoldOut):
            continue
        _look_at_place(session, locked[0])
        locked[0].version += 1
        session.flush()  # the next one's exposure counts this one
        published += 1
    return published


def pause(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """Take a listing off the market until it is published again; one that is paused already stays as it is."""
    listing, _ = _lock(session, listing_id, principal)
    if listing.state == ListingState.PAUSED:
        return view(session, listing.id, principal)
    move(listing, ListingState.PAUSED, LISTING_TRANSITIONS)
    return _changed(session, listing, principal)


def reconsider(session: Session, codes: Collection[str]) -> int:
    """Mark the open listings of places in these regions from which nothing leaves now, and unmark the others.

    Returns how many changed. Three statements, however many listings there are.
    """
    places = queries.places_on_sale(session, codes)
    closed = serviceability.closed_origins(session, places)
    told = {code: (entry.since, entry.bulletin_number) for code, entry in closed.items()}
    return queries.mark_closed(session, told, [code for code in places if code not in told]) if places else 0


def reprice(session: Session) -> int:
    """Bring the sort key of listings whose price fell at midnight to today, up to `REPRICED`; returns how many.

    Every price that is shown or asked is of the moment before this too: only their order waits for it.
    """
    return queries.reprice(session, REPRICED)


def expire(session: Session) -> int:
    """End listings whose lot has perished; returns how many. Nobody could buy them even before this."""
    return queries.expire(session, SWEEP)


def _look_at_place(session: Session, listing: Listing) -> None:
    closed = serviceability.closed_origins(session, [listing.region_code]).get(listing.region_code)
    listing.closed_since, listing.closed_by = (closed.since, closed.bulletin_number) if closed else (None, None)


def _lock(session: Session, listing_id: UUID, principal: Principal) -> tuple[Listing, HarvestLot]:
    """The caller's listing and its lot, both locked; `NotFound` for anybody else's."""
    return found(queries.lock(session, listing_id, principal.require_seller()))


def _put_on_sale(session: Session, listing: Listing, lot: HarvestLot) -> bool:
    """Publish the listing, or put it in pending_review until its account or it is decided; returns whether it is on
    sale."""
    seller = sellers.get(session, listing.seller_id)
    now = clock.read(session)
    _check_lot(lot, listing, now)
    if seller.standing is Standing.SUSPENDED:
        raise SellerSuspended
    if listing.state == ListingState.DRAFT:
        move(listing, ListingState.PENDING_REVIEW, LISTING_TRANSITIONS)
    if seller.standing is Standing.PENDING:
        return False
    if listing.published_at is None and not produce.may_sell(session, seller.id, listing.product_id):
        listing.review_since, listing.review_reason = listing.review_since or now, ""
        return False
    _check_exposure(session, seller, listing, lot)
    move(listing, ListingState.PUBLISHED, LISTING_TRANSITIONS)
    listing.review_since, listing.review_reason = None, ""
    listing.priced_on = rules.china_day(now)
    if listing.published_at is None:
        listing.published_at = now
        outbox.record(
            session,
            events.ListingPublished(
                listing_id=listing.id,
                lot_id=listing.lot_id,
                seller_id=listing.seller_id,
                product_id=listing.product_id,
                region_code=listing.region_code,
            ),
        )
    return True


def _check_lot(lot: HarvestLot, listing: Listing, now: datetime) -> None:
    if lot.recalled_at is not None:
        raise LotRecalled(lot.id)
    if lot.perish_by <= now:
        raise LotPerished(lot.id)
    if not lot.expected and lot.quantity - lot.committed < listing.pack_grams * listing.min_packs:
        raise LotSoldOut(lot.id)


def _check_exposure(session: Session, seller: SellerInfo, listing: Listing, lot: HarvestLot) -> None:
    if seller.standing is not Standing.LIMITED or seller.exposure_limit is None:
        return
    others = queries.lock_exposure(session, seller.id, listing.id)
    own = rules.exposure(listing.price_of_pack(), listing.pack_grams, lot.quantity - lot.committed)
    if others + own > seller.exposure_limit.amount:
        left = Money(max(0, seller.exposure_limit.amount - others), seller.exposure_limit.currency)
        raise ExposureExceeded(seller.exposure_limit, left)


def _changed(session: Session, listing: Listing, principal: Principal) -> ListingView:
    listing.version += 1
    session.flush()  # it is read back by plain SQL
    return view(session, listing.id, principal)
