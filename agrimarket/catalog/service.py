"""Use cases of `catalog`."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, sellers
from agrimarket.accounts.states import Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog import events, queries, rules, stock
from agrimarket.catalog.errors import (
    ExposureExceeded,
    ListingClosed,
    ListingStale,
    LotNotHeld,
    LotPerished,
    LotRecalled,
    LotSoldOut,
    QuantityBelowSold,
    SellerSuspended,
)
from agrimarket.catalog.models import HarvestLot, Listing, Product
from agrimarket.catalog.states import EDITABLE, TRANSITIONS, Category, ListingState, Storage
from agrimarket.catalog.types import ListingView, LotView, NewListing, NewLot, Offer, Search
from agrimarket.kernel import clock, outbox
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.states import move
from agrimarket.regions.service import places

SWEEP = 1_000
"""Listings that one sweep ends; the next goes on."""


def shipped_products() -> list[dict[str, str]]:
    """The kinds of produce that come with agrimarket (`data/products.csv`)."""
    text = files("agrimarket.catalog").joinpath("data", "products.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def load_products(session: Session, rows: Iterable[Mapping[str, str]]) -> int:
    """Add kinds of produce, or correct those of the same code; how many. `ValueError` for an unknown category."""
    values = [
        {
            **row,
            "id": str(new_id()),
            "category": Category(row["category"]).value,
            "storage": Storage(row["storage"]).value,
            "perishability_days": int(row["perishability_days"]),
        }
        for row in rows
    ]
    if values:
        queries.upsert_products(session, values)
    return len(values)


def products(session: Session) -> list[Product]:
    """All kinds of produce, by aisle. One statement."""
    return queries.products(session)


def search(session: Session, wanted: Search) -> list[ListingView]:
    """Up to `wanted.limit` listings on sale, in the order asked for. One statement."""
    return queries.search(session, wanted)


def market_version(session: Session) -> str:
    """Differs as soon as a listing or a product has changed, or the clock was moved; not with stock. One statement."""
    return queries.market_version(session)


def listing(session: Session, listing_id: UUID, visitor: Principal | None = None) -> ListingView:
    """A listing, ended ones too; drafts only for their seller. `NotFound`. One statement."""
    found = queries.view(session, listing_id, visitor.seller_id if visitor else None)
    if found is None:
        raise NotFound
    return found


def add_lot(session: Session, principal: Principal, data: NewLot) -> LotView:
    """Put a harvest on the books of the caller's seller account; nothing is on sale yet.

    Without `perish_by` the produce's usual keeping time counts. `NotFound` for an unknown product, `RegionUnknown`,
    `PerishByPast`, `PerishByTooLate`.
    """
    seller_id = _seller_of(principal)
    product = queries.product(session, data.product_id)
    if product is None:
        raise NotFound(pointer="/product_id")
    origin = places.get(session, data.region_code)
    by = data.perish_by or rules.perish_by(data.harvested_on, product.perishability_days)
    rules.check_perish_by(data.harvested_on, by, product.perishability_days, clock.read(session))
    lot = HarvestLot(
        seller_id=seller_id,
        product_id=product.id,
        region_code=origin.code,
        origin_name=origin.full_name,
        harvested_on=data.harvested_on,
        perish_by=by,
        quantity=data.quantity,
    )
    session.add(lot)
    session.flush()  # its listings are found by plain SQL
    return _lot(session, seller_id, lot.id)


def lots(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[LotView]:
    """The caller's lots, newest first. One statement."""
    return queries.lots(session, _seller_of(principal), before, limit)


def correct_quantity(session: Session, principal: Principal, lot_id: UUID, quantity: int) -> LotView:
    """Say how many grams the harvest really is; `QuantityBelowSold` below what is sold or held. Locks the lot.

    Listings that can fill no further order end as sold_out.
    """
    lot = _own_lot(session, lot_id, _seller_of(principal))
    if quantity < lot.reserved + lot.committed:
        raise QuantityBelowSold(lot.reserved + lot.committed)
    lot.quantity = quantity
    session.flush()  # what ends is decided by plain SQL
    _end_sold_out(session, [lot.id])
    return _lot(session, lot.seller_id, lot.id)


def recall_lot(session: Session, principal: Principal, lot_id: UUID, reason: str) -> None:
    """Take a lot back, by its seller or an operator: no new reservation, its listings end, `lot.recalled` is recorded.

    What is already reserved or sold stays as it is until a person has looked at it. Again is a no-op.
    """
    lot = _own_lot(session, lot_id, None if principal.has(Role.OPERATOR) else _seller_of(principal))
    if lot.recalled_at is not None:
        return
    lot.recalled_at = clock.read(session)
    session.flush()  # before its listings, which are locked after it everywhere
    queries.recall(session, lot.id)
    outbox.record(session, events.LotRecalled(lot_id=lot.id, seller_id=lot.seller_id, reason=reason))
    audit.record(session, principal, "lot.recalled", str(lot.id), {"reason": reason})


def add_listing(session: Session, principal: Principal, data: NewListing) -> ListingView:
    """Draft an offer of packs from one of the caller's lots. `NotFound`, `PackTooLarge`, `PacksDisordered`."""
    lot = _own_lot(session, data.lot_id, _seller_of(principal))
    product = queries.product(session, lot.product_id)
    if product is None:
        raise NotFound
    rules.check_packs(data.pack_grams, data.min_packs, data.max_packs, lot.quantity)
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
        terms=_terms(data.title, product, lot),
    )
    session.add(draft)
    session.flush()  # it is read back by plain SQL
    return listing(session, draft.id, principal)


def change_listing(
    session: Session, principal: Principal, listing_id: UUID, version: int, changes: Mapping[str, Any]
) -> ListingView:
    """Change title, description, pack_grams, price (a `Money`), priced_by, min_packs or max_packs of an open listing.

    `ListingStale` if `version` is not the one that stands, `ListingClosed` once it has ended; the limits of publishing
    hold for a listing that is on sale.
    """
    found, lot = _own_listing(session, listing_id, principal)
    if found.version != version:
        raise ListingStale
    if ListingState(found.state) not in EDITABLE:
        raise ListingClosed
    for name, value in changes.items():
        setattr(found, name, value.amount if isinstance(value, Money) else value)
    rules.check_packs(found.pack_grams, found.min_packs, found.max_packs, lot.quantity)
    if "title" in changes and (product := queries.product(session, found.product_id)):
        found.terms = _terms(found.title, product, lot)
    if found.state in (ListingState.PUBLISHED, ListingState.PAUSED):
        _check_exposure(session, sellers.get(session, found.seller_id), found, lot)
    return _changed(session, found, principal)


def publish(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """Put a listing on sale; one that is there stays there.

    A seller whose account is not decided yet gets it into pending_review, from where `publish_waiting` takes it.
    `SellerSuspended`, `LotRecalled`, `LotPerished`, `LotSoldOut`, and `ExposureExceeded` for a limited seller.
    """
    found, lot = _own_listing(session, listing_id, principal)
    if found.state == ListingState.PUBLISHED:
        return listing(session, found.id, principal)
    _put_on_sale(session, found, lot)
    return _changed(session, found, principal)


def publish_waiting(session: Session, seller_id: UUID) -> int:
    """Publish what waits in pending_review, as far as the seller's standing and limit now go; how many.

    What still cannot be published stays where it is; the seller sees why when they publish it themselves.
    """
    published = 0
    for listing_id in queries.waiting(session, seller_id):
        locked = queries.lock_listing(session, listing_id, seller_id)
        if locked is None or locked[0].state != ListingState.PENDING_REVIEW:
            continue
        try:
            published += _put_on_sale(session, *locked)
        except (SellerSuspended, ExposureExceeded, LotPerished, LotSoldOut):
            continue
        locked[0].version += 1
        session.flush()  # the next one's exposure counts this one
    return published


def pause(session: Session, principal: Principal, listing_id: UUID) -> ListingView:
    """Take a listing off the market until it is published again; one that is paused stays so."""
    found, _ = _own_listing(session, listing_id, principal)
    if found.state == ListingState.PAUSED:
        return listing(session, found.id, principal)
    move(found, ListingState.PAUSED, TRANSITIONS)
    return _changed(session, found, principal)


def expire_listings(session: Session) -> int:
    """End listings whose lot has perished; how many. Nothing can be bought of them from that moment, swept or not."""
    return queries.expire(session, SWEEP)


def _put_on_sale(session: Session, found: Listing, lot: HarvestLot) -> bool:
    """Whether it is on sale now, or waits for the seller's review."""
    seller = sellers.get(session, found.seller_id)
    now = clock.read(session)
    _check_lot(lot, found, now)
    if seller.standing is Standing.SUSPENDED:
        raise SellerSuspended
    if found.state == ListingState.DRAFT:
        move(found, ListingState.PENDING_REVIEW, TRANSITIONS)
    if seller.standing is Standing.PENDING:
        return False
    _check_exposure(session, seller, found, lot)
    move(found, ListingState.PUBLISHED, TRANSITIONS)
    if found.published_at is None:
        found.published_at = now
        outbox.record(
            session,
            events.ListingPublished(
                listing_id=found.id,
                lot_id=found.lot_id,
                seller_id=found.seller_id,
                product_id=found.product_id,
                region_code=found.region_code,
            ),
        )
    return True


def _check_lot(lot: HarvestLot, found: Listing, now: datetime) -> None:
    if lot.recalled_at is not None:
        raise LotRecalled(lot.id)
    if lot.perish_by <= now:
        raise LotPerished(lot.id)
    if lot.quantity - lot.committed < found.pack_grams * found.min_packs:
        raise LotSoldOut(lot.id)


def _check_exposure(session: Session, seller: SellerInfo, found: Listing, lot: HarvestLot) -> None:
    if seller.standing is not Standing.LIMITED or seller.exposure_limit is None:
        return
    others = queries.lock_exposure(session, seller.id, found.id)
    own = rules.exposure(found.price_of_pack(), found.pack_grams, lot.quantity - lot.committed)
    if others + own > seller.exposure_limit.amount:
        left = Money(max(0, seller.exposure_limit.amount - others), seller.exposure_limit.currency)
        raise ExposureExceeded(seller.exposure_limit, left)


def _changed(session: Session, found: Listing, principal: Principal) -> ListingView:
    found.version += 1
    session.flush()  # it is read back by plain SQL
    return listing(session, found.id, principal)


def _terms(title: str, product: Product, lot: HarvestLot) -> list[str]:
    words = rules.search_terms(title, product.name_hant, product.name_hans, product.name_en, lot.origin_name)
    return [*words, *rules.place_terms(product.code, lot.region_code)]


def _seller_of(principal: Principal) -> UUID:
    if principal.seller_id is None:
        raise NotFound
    return principal.seller_id


def _own_lot(session: Session, lot_id: UUID, seller_id: UUID | None) -> HarvestLot:
    lot = queries.lock_lot(session, lot_id, seller_id)
    if lot is None:
        raise NotFound
    return lot


def _own_listing(session: Session, listing_id: UUID, principal: Principal) -> tuple[Listing, HarvestLot]:
    found = queries.lock_listing(session, listing_id, _seller_of(principal))
    if found is None:
        raise NotFound
    return found


def _lot(session: Session, seller_id: UUID, lot_id: UUID) -> LotView:
    found = queries.lot_view(session, seller_id, lot_id)
    if found is None:
        raise NotFound
    return found


def offers(session: Session, listing_ids: Iterable[UUID]) -> list[Offer]:
    """What these listings offer now, in order of id; ids that do not exist are left out. One statement.

    Nothing is locked: only `reserve` decides what can be had.
    """
    return queries.offers(session, sorted(set(listing_ids)))


def reserve(session: Session, wanted: Mapping[UUID, int]) -> None:
    """Hold grams of lots, all or none; lot id → grams above zero. One statement, rows locked in id order.

    Never oversells (invariant 1), under any concurrency. Raises for the first lot that refuses: `LotSoldOut` (its
    subclasses tell what is left, or how many others are open), `LotPerished`, `LotRecalled`, or `NotFound`.
    """
    _positive(wanted)
    if not wanted:
        return
    short = stock.change(session, stock.RESERVE, wanted)
    for row in short:
        if row.refused:
            raise rules.refusal(row.id, free=row.free, others=row.others, perished=row.perished, recalled=row.recalled)
    if short:
        raise NotFound


def release(session: Session, held: Mapping[UUID, int]) -> None:
    """Give reserved grams back, all or none; `LotNotHeld` if less is reserved. One statement."""
    _move(session, stock.RELEASE, held)


def commit(session: Session, held: Mapping[UUID, int]) -> None:
    """Turn reserved grams into sold ones, all or none; `LotNotHeld` if less is reserved. Two statements.

    Listings whose lot cannot fill another order end as sold_out, and `lot.sold_out` is recorded.
    """
    _move(session, stock.COMMIT, held)
    _end_sold_out(session, held)


def restock(session: Session, sold: Mapping[UUID, int]) -> None:
    """Give sold grams back (an order that is not packed), all or none; `LotNotHeld` if less is sold. One statement.

    A listing that has ended stays ended: its seller decides whether to offer the rest anew.
    """
    _move(session, stock.RESTOCK, sold)


def _end_sold_out(session: Session, lot_ids: Iterable[UUID]) -> None:
    for row in session.connection().execute(stock.END_SOLD_OUT, {"ids": sorted(lot_ids)}).all():
        outbox.record(session, events.LotSoldOut(lot_id=row.lot_id, seller_id=row.seller_id))


def _move(session: Session, statement: object, held: Mapping[UUID, int]) -> None:
    _positive(held)
    if held and len(stock.change(session, statement, held)) < len(held):
        raise LotNotHeld


def _positive(grams: Mapping[UUID, int]) -> None:
    if any(amount <= 0 for amount in grams.values()):
        raise ValueError("grams must be above zero")
