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
from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.queries import search as queries
from agrimarket.catalog.queries.search import Bounds, Counted, Hit, Nearest, Position
from agrimarket.catalog.service import products
from agrimarket.catalog.terms import Word
from agrimarket.catalog.types.search import COUNTED, PRICE_BANDS, SPOILS_WITHIN, Facet, Facets, Found, Search
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, PEOPLES_ZONE
from agrimarket.kernel.ids import decode
from agrimarket.kernel.paging import Paging
from agrimarket.kernel.reading import Query, run
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places, served, serviceability

SWEEP = 1_000
"""Number of listings whose terms one transaction makes anew."""
LONGEST = 24
"""Characters of another reading of a search at most, so that a cursor holds it."""
_PARTS: Final = re.compile(r"[^省市县区州盟旗]{2,}(?=(?:自治)?[省市县区州盟旗])")


def find(session: Session, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """Up to `limit` listings on sale that are like `wanted`, in its order, after `cursor`. One statement.

    Where nothing has the words as they were typed, one more looks for those nearly the same, and one finds them;
    cursors keep that reading. With `wanted.to` one more, of regions. `CursorMalformed` for a cursor of another search,
    `DestinationNotServed` where the drive does not deliver, `RegionUnknown`, and `ProductUnknown` where nothing is
    found.

    Whoever follows the cursors sees every listing exactly once that is on sale all the while and keeps its sort key.
    That of `Sort.CHEAPEST` changes with the price: a listing whose price changes between two pages may come twice, or
    not at all if it moves to before the cursor. The other keys never change while a listing is on sale, except that a
    lot's perish-by may be corrected.
    """
    wanted = _reached(session, wanted)
    paging = _paging(wanted)
    window = paging.window(cursor, limit)
    after, read_as = window.after or (None, "")
    hits = _hits(session, _as(wanted, read_as), after, window.rows)
    if not hits and cursor is None:
        _require_known(session, wanted)
        if read_as := _read_otherwise(session, wanted.q):
            hits = _hits(session, _as(wanted, read_as), None, window.rows)
    return _found(paging, limit, hits, read_as)


async def fetch(db: Database, wanted: Search, cursor: str | None = None, limit: int = 20) -> Found:
    """`find` on the event loop."""
    if wanted.to:
        wanted = await asyncio.to_thread(_reached_by, db, wanted)
    paging = _paging(wanted)
    window = paging.window(cursor, limit)
    after, read_as = window.after or (None, "")
    hits = await _fetch_hits(db, _as(wanted, read_as), after, window.rows)
    if not hits and cursor is None:
        await _fetch_known(db, wanted)
        if read_as := await _fetch_otherwise(db, wanted.q):
            hits = await _fetch_hits(db, _as(wanted, read_as), None, window.rows)
    return _found(paging, limit, hits, read_as)


def facets(session: Session, wanted: Search) -> Facets:
    """What there is to choose among the hits of `wanted`. Two statements, and more in the cases in which `find` has."""
    wanted = _reached(session, wanted)
    query = _counts(wanted)
    found = _facets([] if query is None else run(session, query))
    if found.total == 0:
        _require_known(session, wanted)
        if read_as := _read_otherwise(session, wanted.q):
            query = _counts(_as(wanted, read_as))
            found = _facets([] if query is None else run(session, query), read_as)
    return _with_names(session, found)


async def fetch_facets(db: Database, wanted: Search) -> Facets:
    """`facets` on the event loop."""
    if wanted.to:
        wanted = await asyncio.to_thread(_reached_by, db, wanted)
    query = _counts(wanted)
    found = _facets([] if query is None else await db.fetch(query))
    if found.total == 0:
        await _fetch_known(db, wanted)
        if read_as := await _fetch_otherwise(db, wanted.q):
            query = _counts(_as(wanted, read_as))
            found = _facets([] if query is None else await db.fetch(query), read_as)
    return await asyncio.to_thread(_with_names_by, db, found) if found.provinces else found


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


def _require_known(session: Session, wanted: Search) -> None:
    """`ProductUnknown` or `RegionUnknown` for a code that nothing can ever have. A statement for each that is asked."""
    if wanted.product:
        products.by_code(session, wanted.product)
    if wanted.region:
        places.get(session, f"{wanted.region:0<6}")


async def _fetch_known(db: Database, wanted: Search) -> None:
    """`_require_known` on the event loop."""
    if wanted.product or wanted.region:
        await asyncio.to_thread(_require_known_by, db, wanted)


def _require_known_by(db: Database, wanted: Search) -> None:
    with db.reading() as session:
        _require_known(session, wanted)


def _with_names(session: Session, found: Facets) -> Facets:
    """The counts, with the names of the provinces. One statement; none without provinces."""
    named = places.by_codes(session, {f"{each.value:0<6}" for each in found.provinces})

    def names(code: str) -> dict[str, str]:
        place = named.get(f"{code:0<6}")
        return {language: place.in_short(language) for language in LANGUAGES} if place else {}

    return replace(found, provinces=[replace(each, names=names(each.value)) for each in found.provinces])


def _with_names_by(db: Database, found: Facets) -> Facets:
    with db.reading() as session:
        return _with_names(session, found)


def _as(wanted: Search, read_as: str) -> Search:
    return replace(wanted, q=read_as) if read_as else wanted


def _page(wanted: Search, after: Position | None, rows: int) -> Query[Hit] | None:
    sought = terms.wanted(wanted)
    if sought is None or (wanted.to and not wanted.modes):
        return None
    return queries.page(sought, _bounds(wanted), wanted.sort, after, rows)


def _hits(session: Session, wanted: Search, after: Position | None, rows: int) -> list[Hit]:
    query = _page(wanted, after, rows)
    return [] if query is None else run(session, query)


async def _fetch_hits(db: Database, wanted: Search, after: Position | None, rows: int) -> list[Hit]:
    query = _page(wanted, after, rows)
    return [] if query is None else await db.fetch(query)


def _read_otherwise(session: Session, q: str) -> str:
    """Words of the market that are nearly those of `q`; "" if these are there, or none is near."""
    if (respelled := terms.respelled(q)) or not (words := terms.words(q)):
        return respelled[:LONGEST]
    return _nearest(words, run(session, queries.nearest(words)))


async def _fetch_otherwise(db: Database, q: str) -> str:
    """`_read_otherwise` on the event loop."""
    if (respelled := terms.respelled(q)) or not (words := terms.words(q)):
        return respelled[:LONGEST]
    return _nearest(words, await db.fetch(queries.nearest(words)))


def _nearest(words: Sequence[Word], found: Sequence[Nearest]) -> str:
    """The words, each as the nearest of the market; of equally near ones a name of produce."""
    best: dict[int, Nearest] = {}
    for each in sorted(found, key=lambda near: (near.slips, not terms.is_produce(near.word), near.word)):
        best.setdefault(each.at, each)
    if all(each.slips == 0 for each in best.values()):
        return ""
    read = " ".join(best[at].word if at in best else word.typed for at, word in enumerate(words))
    return read if len(read) <= LONGEST else ""


def _counts(wanted: Search) -> Query[Counted] | None:
    sought = terms.wanted(wanted)
    if sought is None or (wanted.to and not wanted.modes):
        return None
    return queries.counts(sought, _bounds(wanted), wanted.sort)


def _facets(counts: Sequence[Counted], read_as: str = "") -> Facets:
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
        read_as=read_as if total else "",
    )


def _bounds(wanted: Search) -> Bounds:
    day = wanted.spoils_before
    return Bounds(
        perish_before=None if day is None else datetime.combine(day, time(), PEOPLES_ZONE),
        max_price_per_kg=wanted.max_price_per_kg,
        expected=wanted.expected,
        closed=not wanted.to,
    )


_Read = tuple[Hit, str]
"""A hit, and how the words of its search were read."""


def _paging(wanted: Search) -> Paging[_Read, tuple[Position, str]]:
    """Paging of that search alone; its modes may change with what is in force, so they are not a part of it."""
    asked = replace(wanted, modes=()) if wanted.to else wanted
    digest = hashlib.sha256(repr(asked).encode()).hexdigest()[:16]

    def read(keys: Sequence[str]) -> tuple[Position, str]:
        grade, key, listing_id, read_as = keys
        return Position(int(grade), wanted.sort.checked(key), decode("lst", listing_id)), read_as

    def write(row: _Read) -> Sequence[str]:
        hit, read_as = row
        return [str(hit.grade), wanted.sort.key(hit.listing), reference("listing", hit.listing.id), read_as]

    return Paging(f"listings.{digest}", write, read)


def _found(paging: Paging[_Read, tuple[Position, str]], limit: int, hits: Sequence[Hit], read_as: str) -> Found:
    shown, following = paging.window(None, limit).cut([(hit, read_as) for hit in hits])
    return Found([hit.listing for hit, _ in shown], following, read_as if shown else "")
