"""Listings: searched, viewed, locked and ended; and their offers for checkout."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any, Final, LiteralString, cast
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from agrimarket.catalog import rules
from agrimarket.catalog.models import HarvestLot, Listing
from agrimarket.catalog.states import LISTING_TRANSITIONS, PERISHABLE, ListingState, PricedBy
from agrimarket.catalog.types import ListingView, Offer, Picture, Search, Sort
from agrimarket.kernel.db import locked
from agrimarket.kernel.money import Money
from agrimarket.kernel.reading import Query
from agrimarket.kernel.states import arrow
from agrimarket.regions.types.serviceability import Mode

_OFFERS = text("""
    SELECT i.id, i.seller_id, i.lot_id, i.product_id, i.title, i.region_code, i.pack_grams, i.price, i.currency,
           i.priced_by, i.perish_by, i.min_packs, i.max_packs, i.modes,
           greatest(0, (l.quantity - l.reserved - l.committed) / i.pack_grams) AS packs,
           i.state = 'published' AND l.perish_by > agrimarket_now() AND l.recalled_at IS NULL AS published,
           i.state = 'sold_out' AS sold_out
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id
    WHERE i.id = ANY(:ids) ORDER BY i.id
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))


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
        )
        for row in session.connection().execute(_OFFERS, {"ids": listing_ids})
    ]


_VIEW: Final = """
    SELECT i.id, i.seller_id, i.lot_id, i.product_id, p.code AS product_code, p.name_hant, p.name_hans, p.name_en,
           i.title, i.description, i.region_code, i.origin_name, l.harvested_on, i.perish_by, p.perishability_days,
           extract(epoch FROM i.perish_by - (SELECT agrimarket_now()))::float8 AS seconds_left,
           i.pack_grams, i.price, i.price_per_kg, i.currency, i.priced_by, i.min_packs, i.max_packs,
           greatest(0, (l.quantity - l.reserved - l.committed) / i.pack_grams) AS packs,
           CASE WHEN i.state IN ('published', 'paused') AND i.perish_by <= (SELECT agrimarket_now())
                THEN 'expired' ELSE i.state END AS state,
           i.version, i.published_at, i.modes, i.closed_since, i.closed_by,
           (SELECT json_agg(json_build_array(f.id, f.width, f.height, f.alt) ORDER BY f.position)
            FROM listing_photo AS f WHERE f.listing_id = i.id) AS photos
    FROM listing AS i JOIN harvest_lot AS l ON l.id = i.lot_id JOIN product AS p ON p.id = i.product_id
"""
_SORTS: Final[dict[Sort, tuple[LiteralString, LiteralString, LiteralString, LiteralString]]] = {
    Sort.NEWEST: ("i.published_at", "timestamptz", "<", "DESC"),
    Sort.PERISHING: ("i.perish_by", "timestamptz", ">", "ASC"),
    Sort.CHEAPEST: ("i.price_per_kg", "bigint", ">", "ASC"),
}
_NEAR = 500
"""Listings at the beginning of an order among which a search looks first."""


def search(wanted: Search) -> Query[ListingView] | None:
    """Up to `limit` published listings that have not perished, in the order asked for, after the cursor. One statement.

    Common terms are found among the first `_NEAR` listings of the order. Only rarer ones (so at most about 4 % of the
    market has them) are looked up through their index and sorted. Both are bounded, whatever the planner believes about
    how words and places go together. None if nothing can be found.
    """
    terms = rules.filter_terms(wanted)
    if terms is None:
        return None
    params: dict[str, Any] = {"terms": terms} if terms else {}
    if wanted.after is not None:
        params["position"], params["after"] = wanted.after
    statement = _search(wanted.sort, wanted.limit, filtered=bool(terms), onward=wanted.after is not None)
    return Query(statement, params, _view)


@cache
def _search(sort: Sort, limit: int, *, filtered: bool, onward: bool) -> LiteralString:
    """Statement of a search, with its limits as figures: a plan for an unknown limit would sort the whole market."""
    column, kind, beyond, direction = _SORTS[sort]
    live = "i.state = 'published' AND i.perish_by > (SELECT agrimarket_now())"
    if onward:
        live += f" AND ({column}, i.id) {beyond} (CAST(%(position)s AS {kind}), %(after)s)"
    order = f"{column} {direction}, i.id {direction}"
    frame = _FILTERED if filtered else _UNFILTERED
    statement = frame.format(view=_VIEW, live=live, column=column, order=order, near=_NEAR, limit=limit)
    return cast("LiteralString", statement)  # the limit is a whole number


_UNFILTERED = "{view} WHERE {live} ORDER BY {order} LIMIT {limit:d}"
_FILTERED = """
    WITH first AS (SELECT i.id, i.terms, {column} FROM listing AS i WHERE {live} ORDER BY {order} LIMIT {near:d}),
    near AS MATERIALIZED (
        SELECT i.id FROM first AS i WHERE i.terms @> CAST(%(terms)s AS varchar[]) ORDER BY {order} LIMIT {limit:d}
    ),
    far AS MATERIALIZED (
        SELECT i.id, {column} FROM listing AS i
        WHERE {live} AND i.terms @> CAST(%(terms)s AS varchar[]) AND (SELECT count(*) FROM near) < {limit:d}
    )
    {view}
    WHERE i.id IN (SELECT id FROM near UNION (SELECT i.id FROM far AS i ORDER BY {order} LIMIT {limit:d}))
    ORDER BY {order} LIMIT {limit:d}
"""


def view(listing_id: UUID, seller_id: UUID | None) -> Query[ListingView]:
    """A listing that this seller, or (None) anybody, may see. One statement."""
    return Query(_VISIBLE, {"id": listing_id, "seller": seller_id}, _view)


_VISIBLE = f"""
    {_VIEW} WHERE i.id = %(id)s
        AND (i.state NOT IN ('draft', 'pending_review') OR i.seller_id = CAST(%(seller)s AS uuid))
"""


def _view(row: tuple[Any, ...]) -> ListingView:
    (
        listing_id, seller_id, lot_id, product_id, product_code, name_hant, name_hans, name_en,
        title, description, region_code, origin_name, harvested_on, perish_by, keeps_days, seconds_left,
        pack_grams, price, price_per_kg, currency, priced_by, min_packs, max_packs, packs, state, version, published_at,
        modes, closed_since, closed_by, photos,
    ) = row  # fmt: skip
    return ListingView(
        listing_id, seller_id, lot_id, product_id, product_code,
        {"zh-Hant": name_hant, "zh-Hans": name_hans, "en": name_en},
        title, description, region_code, origin_name, harvested_on, perish_by, keeps_days, seconds_left,
        pack_grams, Money(price, currency), Money(price_per_kg, currency), _PRICED_BY[priced_by],
        min_packs, max_packs, packs, _STATES[state], version, published_at,
        modes, closed_since, closed_by,
        [Picture(UUID(photo_id), width, height, alt) for photo_id, width, height, alt in photos or ()],
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
    "SELECT coalesce(sum(changes), 0) || ' ' || (SELECT shift FROM clock) FROM market_version",
    {},
    itemgetter(0),
)
"""The sum of the counters that triggers of `listing` and `product` raise, and the clock's shift."""


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
    UPDATE listing SET state = {_END_PERISHED.to}, version = version + 1 WHERE id IN (
        SELECT id FROM listing
        WHERE state IN ({_END_PERISHED.sources}) AND perish_by <= (SELECT agrimarket_now())
        ORDER BY id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
""")  # noqa: S608  # states alone are put in


def recall(session: Session, lot_id: UUID) -> None:
    """End a lot's listings; the caller has locked the lot."""
    session.connection().execute(_RECALL, {"lot": lot_id})


_END_RECALLED = arrow(LISTING_TRANSITIONS, PERISHABLE, ListingState.RECALLED)
_RECALL = text(f"""
    UPDATE listing SET state = {_END_RECALLED.to}, version = version + 1
    WHERE lot_id = :lot AND state IN ({_END_RECALLED.sources})
""")  # noqa: S608  # states alone are put in
