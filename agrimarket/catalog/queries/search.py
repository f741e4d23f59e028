"""The search of the market: pages in an order, counts among hits, and the words that searches are compared with.

A search that names produce is read in two *grades*: the produce itself, and whatever else has the words. The second
is looked at only where the first does not fill the page (`Sort.MATCH`) or finds nothing (the other orders).

Within a grade, what is common is found near the beginning of the order: of all, of the produce or of the city that is
asked for. Only what is rarer there is looked up by its terms (an index of their sets) and sorted. Both are bounded,
whatever the planner believes about how words and places go together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, LiteralString, NamedTuple, cast
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.queries.listings import COLUMNS, TABLES, as_view
from agrimarket.catalog.terms import Wanted, Word, slips
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.search import COUNTED, PRICE_BANDS, SPOILS_WITHIN, Sort
from agrimarket.kernel.reading import Query

EXACT, OTHER = range(2)
"""Grades: the produce that is named, or all words where none is; the words elsewhere."""
_SORTS: Final[dict[Sort, tuple[str, str, str, str]]] = {
    Sort.NEWEST: ("published_at", "timestamptz", "<", "DESC"),
    Sort.MATCH: ("published_at", "timestamptz", "<", "DESC"),
    Sort.PERISHING: ("perish_by", "timestamptz", ">", "ASC"),
    Sort.CHEAPEST: ("price_per_kg", "bigint", ">", "ASC"),
}
_NEAR, _NEAR_BY_WORDS = 1_000, 300
"""Listings at the beginning of an order among which a search looks first; fewer where their words must be compared."""


class Position(NamedTuple):
    """Where a page begins: after the hit of that grade, sort key and id."""

    grade: int
    key: str
    listing_id: UUID


class Hit(NamedTuple):
    """A listing that was found, and how well it fits."""

    grade: int
    listing: ListingView


@dataclass(frozen=True, slots=True)
class Bounds:
    """What listings must be beside their terms. `closed`: also those that nothing leaves now."""

    perish_before: datetime | None = None
    max_price_per_kg: int | None = None
    expected: bool | None = None
    closed: bool = True


@dataclass(frozen=True, slots=True)
class _Grade:
    """One reading: `terms` in SQL, and what makes the beginning of an order narrower, if anything does.

    `whole`: that alone is all that is asked for. `onward`: the page begins within it. `last_resort`: it counts only if
    nothing was found before it.
    """

    number: int
    terms: tuple[str, ...]
    shelf: str = ""
    near: int = _NEAR
    whole: bool = False
    onward: bool = False
    last_resort: bool = False


def page(wanted: Wanted, bounds: Bounds, sort: Sort, after: Position | None, limit: int) -> Query[Hit]:
    """Up to `limit` published listings that have not perished, in the order asked for, after the position."""
    grades, params = _grades(wanted, sort, after)
    if after is not None:
        params |= {"position": after.key, "after": after.listing_id}
    statement = _page(grades, _bounds(bounds), sort, limit)
    return Query(cast("LiteralString", statement), params, lambda row: Hit(row[0], as_view(row[1:])))


def _bounds(bounds: Bounds) -> str:
    """Conditions of the bounds. Days and prices are figures in it, so that the planner knows how many are within."""
    told = ["i.state = 'published'", "i.perish_by > (SELECT agrimarket_now())"]
    if bounds.perish_before is not None:
        told.append(f"i.perish_by <= TIMESTAMPTZ '{bounds.perish_before.isoformat()}'")
    if bounds.max_price_per_kg is not None:
        told.append(f"i.price_per_kg <= {bounds.max_price_per_kg:d}")
    if not bounds.closed:
        told.append("i.closed_since IS NULL")
    if bounds.expected is not None:
        told.append(
            "EXISTS (SELECT FROM harvest_lot AS e WHERE e.id = i.lot_id"
            f" AND (e.expected_share IS NOT NULL) = {bounds.expected})"
        )
    return " AND ".join(told)


def _grades(wanted: Wanted, sort: Sort, after: Position | None) -> tuple[tuple[_Grade, ...], dict[str, Any]]:
    """The readings of a search that a page may need, best first, and the values of their conditions."""
    params: dict[str, Any] = {}
    either = [_one_of(params, f"either{n}", terms) for n, terms in enumerate(wanted.either)]
    grades: list[_Grade] = []
    if wanted.named:
        terms = [*wanted.marks, f"#{wanted.named}", *(t for word in wanted.besides for t in word.terms)]
        grades.append(_grade(EXACT, params, terms, either, wanted, wanted.product or wanted.named))
        elsewhere = [*wanted.marks, *(t for word in wanted.words for t in word.terms)]
        params["named"] = [f"#{wanted.named}"]
        others = [*either, "NOT i.terms @> CAST(%(named)s AS varchar[])"]
        other = _grade(OTHER, params, elsewhere, others, wanted, wanted.product)
        grades.append(_replace(other, whole=False, last_resort=sort is not Sort.MATCH))
    else:
        terms = [*wanted.marks, *(t for word in wanted.words for t in word.terms)]
        grades.append(_grade(EXACT, params, terms, either, wanted, wanted.product))
    if after is None:
        return tuple(grades), params
    there = [_replace(each, onward=True) for each in grades if each.number == after.grade]
    later = [each for each in grades if each.number > after.grade and not each.last_resort]
    return (*there, *later), params


def _replace(grade: _Grade, **changes: Any) -> _Grade:
    return _Grade(**{name: getattr(grade, name) for name in _Grade.__slots__} | changes)


def _grade(
    number: int, params: dict[str, Any], terms: Sequence[str], more: Iterable[str], wanted: Wanted, product: str
) -> _Grade:
    told = [*more]
    near = _NEAR_BY_WORDS if any(term[0].isalnum() for term in terms) else _NEAR
    for mark in terms:
        if mark.startswith("@"):  # cheaper to compare than terms are
            params["place"] = mark[1:]
            told.insert(0, f'"left"(i.region_code, {len(mark) - 1:d}) = CAST(%(place)s AS text)')
    if terms:
        params[f"terms{number}"] = list(terms)
        told.append(f"i.terms @> CAST(%(terms{number})s AS varchar[])")
    shelf, alone = "", ""
    if product:
        params[f"product{number}"] = product
        shelf = f"i.product_id = (SELECT id FROM product WHERE code = %(product{number})s)"  # noqa: S608
        alone = f"#{product}"
    elif wanted.city:
        params["city"] = wanted.city
        shelf, alone = '"left"(i.region_code, 4) = CAST(%(city)s AS text)', f"@{wanted.city}"
    return _Grade(number, tuple(told), shelf, near, whole=not more and set(terms) <= {alone})


def _one_of(params: dict[str, Any], name: str, terms: Sequence[str]) -> str:
    params[name] = list(terms)
    return f"i.terms && CAST(%({name})s AS varchar[])"


@lru_cache(1_000)
def _page(grades: tuple[_Grade, ...], live: str, sort: Sort, limit: int) -> str:
    """Statement of a page, with its limits as figures: a plan for an unknown limit would sort the whole market."""
    column, kind, beyond, direction = _SORTS[sort]
    order = f"i.{column} {direction}, i.id {direction}"
    parts: list[str] = []
    found: list[str] = []
    for grade in grades:
        alive = live
        if grade.onward:
            alive += f" AND (i.{column}, i.id) {beyond} (CAST(%(position)s AS {kind}), CAST(%(after)s AS uuid))"
        counted = " + ".join(f"(SELECT count(*) FROM {each})" for each in found) or "0"  # noqa: S608
        gate = f"{counted} = 0" if grade.last_resort and not grade.onward else f"{counted} < {limit:d}"
        gate = f" AND {gate}" if found else ""
        frame = _WALK if grade.whole or not grade.terms else _FRAME
        terms = " AND ".join(grade.terms) or "true"
        shelf = f" AND {grade.shelf}" if grade.shelf else ""
        parts.append(
            frame.format(
                n=grade.number,
                live=alive,
                terms=terms,
                shelf=shelf,
                gate=gate,
                column=column,
                order=order,
                near=grade.near,
                limit=limit,
            )
        )
        found.append(f"grade{grade.number}")
    hits = " UNION ALL ".join(f"SELECT id, {name[-1]} AS grade FROM {name}" for name in found)  # noqa: S608
    return (
        f"WITH {','.join(parts)}, hits AS MATERIALIZED ({hits}) "  # noqa: S608
        f"SELECT h.grade, {COLUMNS} FROM {TABLES} JOIN hits AS h ON h.id = i.id "
        f"ORDER BY h.grade, {order} LIMIT {limit:d}"
    )


_WALK = """
    grade{n} AS MATERIALIZED (
        SELECT i.id, i.{column} FROM listing AS i WHERE {live}{shelf}{gate} ORDER BY {order} LIMIT {limit:d}
    )"""
_FRAME = """
    near{n} AS MATERIALIZED (
        SELECT i.id, i.{column} FROM (
            SELECT i.id, i.terms, i.region_code, i.{column}
            FROM listing AS i WHERE {live}{shelf}{gate} ORDER BY {order} LIMIT {near:d}
        ) AS i WHERE {terms} ORDER BY {order} LIMIT {limit:d}
    ),
    far{n} AS MATERIALIZED (
        SELECT i.id, i.{column} FROM listing AS i
        WHERE {live}{gate} AND (SELECT count(*) FROM near{n}) < {limit:d} AND {terms}
    ),
    grade{n} AS MATERIALIZED (
        (SELECT i.id, i.{column} FROM near{n} AS i WHERE (SELECT count(*) FROM near{n}) >= {limit:d})
        UNION ALL (SELECT i.id, i.{column} FROM far{n} AS i ORDER BY {order} LIMIT {limit:d})
    )"""


class Nearest(NamedTuple):
    """A word of the market that is nearly one of a search: `at` is which, `slips` how many are between them."""

    at: int
    word: str
    slips: int


def nearest(words: Sequence[Word]) -> Query[Nearest]:
    """Words of the market that are nearly these, the nearest first; one that is there as typed is 0 slips away.

    What sounds the same is one slip away; a word that is the beginning of another is there as typed.
    """
    params: dict[str, Any] = {}
    parts: list[str] = []
    for at, word in enumerate(words):
        params |= {f"typed{at}": word.typed, f"near{at}": list(word.near), f"begun{at}": f"{word.typed}%"}
        params[f"heard{at}"] = [each for each in word.near if each.startswith("~")]
        parts.append(_NEAREST.format(at=at, allowed=slips(word.typed)))
    statement = " UNION ALL ".join(parts) + " ORDER BY 1, 3, 2"
    return Query(cast("LiteralString", statement), params, lambda row: Nearest(*row))


_NEAREST = """
    (SELECT {at}, CAST(%(typed{at})s AS text) AS word, 0 AS slips
     WHERE EXISTS (SELECT FROM search_word WHERE word LIKE CAST(%(begun{at})s AS text)))
    UNION ALL
    (SELECT {at}, word, slips FROM (
        SELECT w.word, CASE WHEN w.near && CAST(%(heard{at})s AS varchar[]) THEN 1
                            ELSE search_slips(CAST(%(typed{at})s AS text), w.word) END AS slips
        FROM search_word AS w WHERE w.near && CAST(%(near{at})s AS varchar[])
     ) AS n WHERE slips <= greatest({allowed:d}, 1) ORDER BY slips, word LIMIT 20)
"""


def learn(session: Session, words: dict[str, list[str]]) -> None:
    """Keep words with their spellings; those that are known stay as they are. In order, so that nobody deadlocks."""
    if words:
        rows = [{"word": word, "near": near} for word, near in sorted(words.items())]
        session.connection().execute(_LEARN, {"rows": rows})


_LEARN = text("""
    INSERT INTO search_word (word, near)
    SELECT r.word, ARRAY(SELECT jsonb_array_elements_text(r.near))
    FROM jsonb_to_recordset(:rows) AS r (word text, near jsonb)
    WHERE NOT EXISTS (SELECT FROM search_word AS w WHERE w.word = r.word)
    ORDER BY r.word
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("rows", type_=JSONB))


def lock_outdated(session: Session, version: int, limit: int) -> list[Listing]:
    """Up to `limit` listings whose terms are of an older version, locked; those that somebody holds are passed over."""
    statement = select(Listing).where(col(Listing.terms_of) < version).order_by(col(Listing.terms_of), col(Listing.id))
    return list(session.exec(statement.limit(limit).with_for_update(skip_locked=True, key_share=True)))


class Counted(NamedTuple):
    """Number of hits of a choice: `of` is the facet, `names` the produce's in traditional, simplified and English."""

    of: str
    value: str
    number: int
    names: tuple[str, str, str] | None


def counts(wanted: Wanted, bounds: Bounds, sort: Sort) -> Query[Counted]:
    """Counts of each facet among up to `COUNTED` hits; `total` may be one more."""
    grades, params = _grades(wanted, sort, None)
    statement = _counts(grades, _bounds(bounds))
    return Query(
        cast("LiteralString", statement),
        params,
        lambda row: Counted(row[0], row[1], row[2], tuple(row[3:]) if row[3] else None),
    )


@lru_cache(1_000)
def _counts(grades: tuple[_Grade, ...], live: str) -> str:
    parts: list[str] = []
    for at, grade in enumerate(grades):
        counted = " + ".join(f"(SELECT count(*) FROM grade{each.number})" for each in grades[:at])  # noqa: S608
        gate = f"{counted} = 0" if grade.last_resort else f"{counted} <= {COUNTED:d}"
        gate = f" AND {gate}" if counted else ""
        terms = grade.shelf if grade.whole else " AND ".join(grade.terms)
        terms = f" AND {terms}" if terms else ""
        parts.append(_HITS.format(n=grade.number, live=live, gate=gate, terms=terms, limit=COUNTED + 1))
    every = " UNION ALL ".join(f"SELECT * FROM grade{grade.number}" for grade in grades)  # noqa: S608
    return (
        f"WITH {','.join(parts)}, every AS MATERIALIZED ({every} LIMIT {COUNTED + 1:d}), "  # noqa: S608
        f"hits AS MATERIALIZED (SELECT * FROM every LIMIT {COUNTED:d}) {_FACETS}"
    )


_HITS = """
    grade{n} AS MATERIALIZED (
        SELECT i.*, p.category, p.code, p.name_hant, p.name_hans, p.name_en
        FROM (
            SELECT i.product_id, "left"(i.region_code, 2) AS province, i.price_per_kg, i.perish_by
            FROM listing AS i WHERE {live}{terms}{gate} OFFSET 0
        ) AS i JOIN product AS p ON p.id = i.product_id LIMIT {limit:d}
    )"""
"""OFFSET and the join keep the limit from the planner, which would read the whole market for the first hits that it
believes to be many."""
_BANDS = ", ".join(f"{band}::bigint" for band in PRICE_BANDS)
_DAYS = ", ".join(f"({days})" for days in SPOILS_WITHIN)
_FACETS = f"""
    SELECT 'total', '', (SELECT count(*) FROM every), NULL, NULL, NULL
    UNION ALL SELECT 'categories', category, count(*), NULL, NULL, NULL FROM hits GROUP BY category
    UNION ALL SELECT 'products', code, count(*), name_hant, name_hans, name_en FROM hits GROUP BY 2, 4, 5, 6
    UNION ALL SELECT 'provinces', province, count(*), NULL, NULL, NULL FROM hits GROUP BY province
    UNION ALL SELECT 'prices', 
            coalesce((ARRAY[{_BANDS}])[width_bucket(price_per_kg - 1, ARRAY[{_BANDS}]) + 1]::text, '')
        , count(*), NULL, NULL, NULL FROM hits GROUP BY 2
    UNION ALL SELECT 'spoils', d.days::text, count(*), NULL, NULL, NULL
    FROM hits JOIN (VALUES {_DAYS}) AS d (days)
        ON perish_by <= (SELECT agrimarket_now()) + make_interval(days => d.days)
    GROUP BY d.days
"""  # noqa: S608  # figures alone
