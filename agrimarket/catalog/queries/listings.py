"""Listings: viewed, locked and ended; and their offers for checkout."""

from collections.abc import Collection, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, LiteralString
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from agrimarket.catalog import rules
from agrimarket.catalog.models.listings import HarvestLot, Listing
from agrimarket.catalog.states import LISTING_TRANSITIONS, PERISHABLE, Grade, ListingState, PricedBy, Storage
from agrimarket.catalog.types.listings import ListingView, Markdown, Offer
from agrimarket.catalog.types.photos import Picture
from agrimarket.kernel.db import locked
from agrimarket.kernel.money import Money
from agrimarket.kernel.reading import Query
from agrimarket.kernel.states import arrow
from agrimarket.regions.types.serviceability import Mode

TODAY: Final = "((SELECT agrimarket_now()) AT TIME ZONE 'Asia/Shanghai')::date"
PRICE: Final = f"""CASE WHEN i.markdown_days IS NULL THEN i.price
                ELSE price_on(i.price, i.markdown_floor, i.markdown_days, i.perish_by, {TODAY}) END"""
"""The price of a pack of the listing `i` now, whether or not a sweep has come by (`rules.price_on`)."""
_OFFERS = text(f"""
    SELECT i.id, i.seller_id, i.lot_id, i.product_id, i.title, i.region_code, i.pack_grams, i.price AS full_price,
           {PRICE} AS price, i.markdown_floor, i.markdown_days, i.currency,
           i.priced_by, i.perish_by, i.min_packs, i.max_packs, i.modes,
           CASE WHEN l.expected_share IS NOT NULL THEN l.harvested_on END AS expected_on,
           greatest(0, (l.sellable - l.reserved - l.committed) / i.pack_grams) AS packs,
           i.state = 'published' AND l.perish_by > agrimarket_now() AND l.recalled_at IS NULL AS published,
           i.state = 'sold_out' AS sold_out
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id
    WHERE i.id = ANY(:ids) ORDER BY i.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))  # noqa: S608  # literals alone


def offers(session: Session, listing_ids: list[UUID]) -> list[Offer]:
    """The offers of those listings that exist, in order of id."""
    return [
        Offer(
            listing_id=row.id,
            seller_id=row.seller_id,
            lot_id=row.lot_id,
            product_id=row.product_id,
            title=row.title,
            origin_region=row.region_code,
            pack_grams=row.pack_grams,
            price=Money(row.price, row.currency),
            priced_by=PricedBy(row.priced_by),
            perish_by=row.perish_by,
            available_packs=row.packs,
            min_packs=row.min_packs,
            max_packs=row.max_packs,
            published=row.published,
            sold_out=row.sold_out,
            modes=tuple(Mode(mode) for mode in row.modes),
            full_price=Money(row.full_price, row.currency),
            markdown=_markdown(row.markdown_floor, row.markdown_days),
            expected_on=row.expected_on,
        )
        for row in session.connection().execute(_OFFERS, {"ids": listing_ids})
    ]


def _markdown(floor: int | None, days: int | None) -> Markdown | None:
    return None if floor is None or days is None else Markdown(floor, days)


COLUMNS: Final = f"""
           i.id, i.seller_id, i.lot_id, i.product_id, p.code AS product_code, p.name_hant, p.name_hans, p.name_en,
           i.title, i.description, i.region_code, i.origin_name, l.harvested_on, i.perish_by, p.perishability_days,
           extract(epoch FROM i.perish_by - (SELECT agrimarket_now()))::float8 AS seconds_left,
           i.pack_grams, {PRICE} AS price, i.price_per_kg, i.currency, i.priced_by, i.min_packs, i.max_packs,
           greatest(0, (l.sellable - l.reserved - l.committed) / i.pack_grams) AS packs,
           CASE WHEN i.state IN ('published', 'paused') AND i.perish_by <= (SELECT agrimarket_now())
                THEN 'expired' ELSE i.state END AS state,
           i.version, i.published_at, i.modes, i.closed_since, i.closed_by,
           i.price AS full_price, i.markdown_floor, i.markdown_days, {TODAY} AS today,
           l.expected_share IS NOT NULL AS expected,
           l.grade, coalesce(l.storage, p.storage) AS storage, i.review_since, i.review_reason,
           (SELECT json_agg(json_build_array(f.id, f.width, f.height, f.alt) ORDER BY f.position)
            FROM listing_photo AS f WHERE f.listing_id = i.id) AS photos, i.certifications
"""  # noqa: S608
"""Columns of a `ListingView`, as `as_view` reads them, from `TABLES`."""
TABLES: Final = "listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id JOIN product AS p ON p.id = i.product_id"


def view(listing_id: UUID, seller_id: UUID | None) -> Query[ListingView]:
    """A listing that this seller, or (None) anybody, may see. One statement."""
    return Query(_VISIBLE, {"id": listing_id, "seller": seller_id}, as_view)


def viewed(condition: LiteralString, params: Mapping[str, Any]) -> Query[ListingView]:
    """Listings that meet a condition of another file's: what follows FROM, with its order and limit."""
    return Query(f"SELECT {COLUMNS} FROM {TABLES} {condition}", params, as_view)  # noqa: S608


_VISIBLE = f"""
    SELECT {COLUMNS} FROM {TABLES} WHERE i.id = %(id)s
        AND (i.state NOT IN ('draft', 'pending_review') OR i.seller_id = CAST(%(seller)s AS uuid))
"""  # noqa: S608


def as_view(row: tuple[Any, ...]) -> ListingView:
    """The listing of a row of `COLUMNS`."""
    (
        listing_id, seller_id, lot_id, product_id, product_code, name_hant, name_hans, name_en,
        title, description, region_code, origin_name, harvested_on, perish_by, keeps_days, seconds_left,
        pack_grams, price, stored_per_kg, currency, priced_by, min_packs, max_packs, packs, state, version,
        published_at, modes, closed_since, closed_by, full_price, floor, days, today, expected,
        grade, storage, review_since, review_reason, photos, certifications,
    ) = row  # fmt: skip
    markdown = _markdown(floor, days)
    return ListingView(
        listing_id, seller_id, lot_id, product_id, product_code,
        {"zh-Hant": name_hant, "zh-Hans": name_hans, "en": name_en},
        title, description, region_code, origin_name, harvested_on, perish_by, keeps_days, seconds_left,
        pack_grams, Money(price, currency), Money(price * 1000 // pack_grams, currency), _PRICED_BY[priced_by],
        min_packs, max_packs, packs, _STATES[state], version, published_at,
        modes, closed_since, closed_by, Money(full_price, currency), markdown,
        rules.price_changes_at(markdown, perish_by, today), expected, stored_per_kg,
        grade and Grade(grade), Storage(storage), review_since, review_reason,
        [Picture(UUID(photo_id), width, height, alt) for photo_id, width, height, alt in photos or ()],
        certifications,
    )  # fmt: skip


_PRICED_BY: Final[dict[str, PricedBy]] = {each.value: each for each in PricedBy}
_STATES: Final[dict[str, ListingState]] = {each.value: each for each in ListingState}


def lock(session: Session, listing_id: UUID, seller_id: UUID) -> tuple[Listing, HarvestLot] | None:
    """The seller's listing and its lot, locked: the lot first, as stock's statements do. Two statements."""
    of_listing = select(Listing.lot_id).where(col(Listing.id) == listing_id, col(Listing.seller_id) == seller_id)
    lot = session.exec(
        locked(select(HarvestLot).where(col(HarvestLot.id) == of_listing.scalar_subquery()), referred_to=True)
    ).one_or_none()
    if lot is None:
        return None
    return session.exec(locked(select(Listing).where(col(Listing.id) == listing_id), referred_to=True)).one(), lot


def waiting(session: Session, seller_id: UUID) -> list[UUID]:
    """The seller's listings in pending_review, oldest first."""
    statement = select(Listing.id).where(
        col(Listing.seller_id) == seller_id, col(Listing.state) == ListingState.PENDING_REVIEW
    )
    return list(session.exec(statement.order_by(col(Listing.id))))


MARKET_VERSION: Final[Query[str]] = Query(
    f"""
    SELECT coalesce(sum(changes), 0) || ' ' || (SELECT shift FROM clock) || ' ' || {TODAY} FROM market_version
    """,  # noqa: S608  # literals alone
    {},
    itemgetter(0),
)
"""The sum of the counters that triggers of `listing` and `product` raise, the clock's shift, and China's day.

Prices fall by themselves at midnight in China and at no other moment, so the day is all that is to be known of that.
"""


def lock_exposure(session: Session, seller_id: UUID, but: UUID) -> int:
    """Minor units that a seller has on sale, not counting the listing `but`.

    Until the transaction ends nobody else gets an answer for that seller, so that two listings cannot both fit.
    """
    session.connection().execute(_TURN, {"seller": str(seller_id)})
    return session.connection().execute(_EXPOSURE, {"seller": seller_id, "but": but}).scalar_one()


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('exposure ' || :seller, 0))")
_EXPOSURE = text("""
    SELECT coalesce(sum(i.price * ((l.quantity - l.committed) / i.pack_grams)), 0)::bigint
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id
    WHERE i.seller_id = :seller AND i.state IN ('published', 'paused') AND i.id <> :but
""")


def places_on_sale(session: Session, codes: Collection[str]) -> list[str]:
    """Codes of the places in these regions, or in regions within them, of which listings are open."""
    patterns = sorted({code.removesuffix("00").removesuffix("00") + "%" for code in codes})
    return list(session.connection().execute(_PLACES, {"patterns": patterns}).scalars())


def mark_closed(session: Session, closed: Mapping[str, tuple[datetime, str]], opened: Collection[str]) -> int:
    """Mark the open listings of places that are `closed`: code → (since when, number of the notice); unmark the others.

    Returns how many changed; no other is written.
    """
    codes = [*closed, *opened]
    told = [closed.get(code, (None, None)) for code in codes]
    row = {"codes": codes, "since": [since for since, _ in told], "by": [number for _, number in told]}
    return session.connection().execute(_MARK_CLOSED, row).rowcount


_ON_SALE = ", ".join(f"'{state.value}'" for state in PERISHABLE)
_PLACES = text(f"""
    SELECT DISTINCT region_code FROM listing
    WHERE state IN ({_ON_SALE}) AND region_code LIKE ANY(CAST(:patterns AS text[]))
""")  # noqa: S608  # states alone are put in
_MARK_CLOSED = text(f"""
    WITH changed AS (
        SELECT i.id, w.since, w.by
        FROM listing AS i
        JOIN unnest(CAST(:codes AS text[]), CAST(:since AS timestamptz[]), CAST(:by AS text[])) AS w (code, since, by)
            ON w.code = i.region_code
        WHERE i.state IN ({_ON_SALE}) AND (i.closed_since, i.closed_by) IS DISTINCT FROM (w.since, w.by)
        ORDER BY i.id FOR NO KEY UPDATE OF i
    )
    UPDATE listing AS i SET closed_since = c.since, closed_by = c.by, version = i.version + 1
    FROM changed AS c WHERE i.id = c.id
""")  # noqa: S608  # states alone are put in


def expire(session: Session, limit: int) -> int:
    """End up to `limit` listings whose lot has perished, passing over locked ones; returns how many."""
    return session.connection().execute(_EXPIRE, {"limit": limit}).rowcount


_END_PERISHED = arrow(LISTING_TRANSITIONS, PERISHABLE, ListingState.EXPIRED)
_EXPIRE = text(f"""
    WITH old AS MATERIALIZED (
        SELECT id FROM listing
        WHERE state IN ({_END_PERISHED.sources}) AND perish_by <= (SELECT agrimarket_now())
        ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE listing AS i SET state = {_END_PERISHED.to}, review_since = NULL, version = version + 1
    FROM old WHERE i.id = old.id
""")  # noqa: S608  # states alone are put in


def reprice(session: Session, limit: int) -> int:
    """Bring `price_per_kg` of up to `limit` listings on sale whose price fell since to today, passing over locked ones.

    Returns how many; a listing whose price did not change is not written.
    """
    return session.connection().execute(_REPRICE, {"limit": limit}).rowcount


_REPRICE = text(f"""
    WITH old AS MATERIALIZED (
        SELECT id FROM listing WHERE state = 'published' AND reprice_on <= {TODAY}
        ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE listing AS i SET priced_on = {TODAY} FROM old WHERE i.id = old.id
""")  # noqa: S608  # literals alone


def recall(session: Session, lot_id: UUID) -> None:
    """End a lot's listings; the caller has locked the lot."""
    session.connection().execute(_RECALL, {"lot": lot_id})


_END_RECALLED = arrow(LISTING_TRANSITIONS, PERISHABLE, ListingState.RECALLED)
_RECALL = text(f"""
    UPDATE listing SET state = {_END_RECALLED.to}, review_since = NULL, version = version + 1
    WHERE lot_id = :lot AND state IN ({_END_RECALLED.sources})
""")  # noqa: S608  # states alone are put in
