"""The search of the market: pages of listings on sale, counts among them, and the terms that they are found by."""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog import terms
from agrimarket.catalog.models import Listing
from agrimarket.catalog.queries import products
from agrimarket.catalog.queries import search as queries
from agrimarket.catalog.queries.search import Bounds, Counted, Hit, Position
from agrimarket.catalog.types import COUNTED, PRICE_BANDS, SPOILS_WITHIN, Facet, Facets, Found, Search
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, PEOPLES_ZONE
from agrimarket.kernel.ids import decode
from agrimarket.kernel.paging import Paging
from agrimarket.kernel.reading import Query, run
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places, served, serviceability

SWEEP = 1_000
"""Number of listings whose terms one transaction makes anew."""
_PARTS: Final = re.compile(r"[^省市县区州盟旗]{2,}(?=(?:自治)?[省市县区州盟旗])")


def find(session: Session, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """Up to `limit` listings on sale that are like `wanted`, in its order, after `cursor`. One statement.

    With `wanted.to` one more, of regions. `CursorMalformed` for a cursor of another search, `DestinationNotServed`
    where the drive does not deliver, `RegionUnknown`.

    Whoever follows the cursors sees every listing exactly once that is on sale all the while and keeps its sort key.
    That of `Sort.CHEAPEST` changes with the price: a listing whose price changes between two pages may come twice, or
    not at all if it moves to before the cursor. The other keys never change while a listing is on sale, except that a
    lot's perish-by may be corrected.
    """
    wanted = _reached(session, wanted)
    window = _paging(wanted).window(cursor, limit)
    query = _page(wanted, window.after, window.rows)
    return _found([] if query is None else run(session, query), wanted, limit)


async def fetch(db: Database, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """`find` on the event loop."""
    if wanted.to:
        wanted = await asyncio.to_thread(_reached_by, db, wanted)
    window = _paging(wanted).window(cursor, limit)
    query = _page(wanted, window.after, window.rows)
    return _found([] if query is None else await db.fetch(query), wanted, limit)


def facets(session: Session, wanted: Search) -> Facets:
    """What there is to choose among the hits of `wanted`. One statement; with `wanted.to` one more, of regions."""
    wanted = _reached(session, wanted)
    query = _counts(wanted)
    return _facets([] if query is None else run(session, query))


async def fetch_facets(db: Database, wanted: Search) -> Facets:
    """`facets` on the event loop."""
    if wanted.to:
        wanted = await asyncio.to_thread(_reached_by, db, wanted)
    query = _counts(wanted)
    return _facets([] if query is None else await db.fetch(query))


def describe(session: Session, listings: Sequence[Listing]) -> None:
    """Make the terms by which these listings are found, and learn their words. Four statements, however many."""
    kinds = {each.id: each for each in products.list_all(session)}
    names = sellers.by_ids(session, {each.seller_id for each in listings})
    latin = places.called(session, {each.region_code for each in listings}, "en")
    words: dict[str, list[str]] = {}
    for each in listings:
        kind = kinds[each.product_id]
        described = terms.Described(
            title=each.title,
            product_code=kind.code,
            category=kind.category,
            produce=(kind.name_hant, kind.name_hans, kind.name_en),
            region_code=each.region_code,
            place=(each.origin_name, *_PARTS.findall(each.origin_name), latin.get(each.region_code, "")),
            seller=names[each.seller_id].display_name,
            certifications=each.certifications,
            modes=each.modes,
        )
        each.terms, each.terms_of = terms.of(described), terms.VERSION
        words |= terms.vocabulary(described)
    queries.learn(session, words)


def describe_anew(session: Session) -> int:
    """Make the terms of up to `SWEEP` listings whose terms were made in an older way; returns how many."""
    old = queries.lock_outdated(session, terms.VERSION, SWEEP)
    if old:
        describe(session, old)
        session.flush()
    return len(old)


def _reached_by(db: Database, wanted: Search) -> Search:
    with db.reading() as session:
        return _reached(session, wanted)


def _reached(session: Session, wanted: Search) -> Search:
    """The search with the modes in which things get to its `to` now, if it names one."""
    if not wanted.to:
        return wanted
    served.require_destination(session, wanted.to)
    open_modes = serviceability.modes_into(session, wanted.to)
    return replace(wanted, modes=tuple(mode for mode in wanted.modes or open_modes if mode in open_modes))


def _page(wanted: Search, after: Position | None, rows: int) -> Query[Hit] | None:
    sought = terms.wanted(wanted)
    if sought is None or (wanted.to and not wanted.modes):
        return None
    return queries.page(sought, _bounds(wanted), wanted.sort, after, rows)


def _counts(wanted: Search) -> Query[Counted] | None:
    sought = terms.wanted(wanted)
    if sought is None or (wanted.to and not wanted.modes):
        return None
    return queries.counts(sought, _bounds(wanted), wanted.sort)


def _facets(counts: Sequence[Counted]) -> Facets:
    def of(facet: str) -> list[Facet]:
        named = [
            Facet(each.value, each.number, dict(zip(LANGUAGES, each.names, strict=True)) if each.names else {})
            for each in counts
            if each.of == facet
        ]
        return sorted(named, key=lambda choice: (-choice.count, choice.value))

    def in_order(facet: str, values: Sequence[str]) -> list[Facet]:
        found = {each.value: each for each in of(facet)}
        return [found[value] for value in values if value in found]

    single = {each.of: each.number for each in counts}
    total = single.get("total", 0)
    return Facets(
        total=min(total, COUNTED),
        more=total > COUNTED,
        categories=of("categories"),
        products=of("products"),
        provinces=of("provinces"),
        prices=in_order("prices", [*map(str, PRICE_BANDS), ""]),
        spoils=in_order("spoils", list(map(str, SPOILS_WITHIN))),
        nearly=total > 0 and single.get("grade", 0) >= queries.ONE_SLIP,
    )


def _bounds(wanted: Search) -> Bounds:
    day = wanted.spoils_before
    return Bounds(
        perish_before=None if day is None else datetime.combine(day, time(), PEOPLES_ZONE),
        max_price_per_kg=wanted.max_price_per_kg,
        expected=wanted.expected,
        closed=not wanted.to,
    )


def _paging(wanted: Search) -> Paging[Hit, Position]:
    """Paging of that search alone; its modes may change with what is in force, so they are not a part of it."""
    asked = replace(wanted, modes=()) if wanted.to else wanted
    digest = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]

    def read(keys: Sequence[str]) -> Position:
        grade, key, listing_id = keys
        return Position(int(grade), wanted.sort.checked(key), decode("lst", listing_id))

    def write(hit: Hit) -> Sequence[str]:
        return [str(hit.grade), wanted.sort.key(hit.listing), reference("listing", hit.listing.id)]

    return Paging(f"listings.{digest}", write, read)


def _found(hits: Sequence[Hit], wanted: Search, limit: int) -> Found:
    shown, following = _paging(wanted).window(None, limit).cut(hits)
    return Found([hit.listing for hit in shown], following, any(hit.grade >= queries.ONE_SLIP for hit in shown))
