"""Clearance lists: made in one statement from what is verified and free, read, and compared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.catalog.queries.listings import PRICE
from agrimarket.catalog.types.clearance import Change, ClearanceFilter, ClearanceLine, ClearanceSheet
from agrimarket.kernel.money import DEFAULT_CURRENCY, Money

_SHEET = "id, day, edition, why, rows, grams, made_at"


def make(
    session: Session, list_id: UUID, day: date, edition: int, until: datetime, *, why: str | None, by: UUID | None
) -> ClearanceSheet | None:
    """Make that edition of the list of `day`, of what spoils from now until `until`; None if it is there already.

    One statement, whatever is on it. Of those who make the same at once one does, and the others wait for that.
    """
    asked = {"id": list_id, "day": day, "edition": edition, "until": until, "why": why, "by": by}
    row = session.connection().execute(_MAKE, asked).one_or_none()
    return None if row is None else _sheet(row)


_MAKE = text(f"""
    WITH lots AS (
        SELECT DISTINCT ON (l.id) l.id AS stock_id, NULL::varchar AS number, i.id AS listing_id,
               p.name_hans AS product, p.id AS product_id, l.region_code, l.origin_name,
               l.quantity - l.reserved - l.committed AS grams, i.perish_by AS spoils_at,
               {PRICE} * 1000 / i.pack_grams AS price_per_kg, i.pack_grams, l.grade, o.office, o.given_on
        FROM listing AS i
        JOIN harvest_lot AS l ON l.id = i.lot_id
        JOIN product AS p ON p.id = l.product_id
        JOIN LATERAL (
            SELECT verified, office, given_on FROM lot_opinion AS o WHERE o.lot_id = l.id ORDER BY o.id DESC LIMIT 1
        ) AS o ON o.verified
        WHERE i.state = 'published' AND i.closed_since IS NULL AND l.recalled_at IS NULL
            AND l.expected_share IS NULL
            AND i.perish_by > (SELECT agrimarket_now()) AND i.perish_by <= CAST(:until AS timestamptz)
            AND l.quantity - l.reserved - l.committed >= i.pack_grams * i.min_packs
        ORDER BY l.id, price_per_kg, i.id
    ), picked AS (
        SELECT *, row_number() OVER (ORDER BY spoils_at, stock_id) AS position
        FROM (
            SELECT * FROM lots
            UNION ALL
            SELECT appeal_id, number, NULL, product, product_id, region_code, origin_name, grams, spoils_at,
                   price_per_kg, NULL, NULL, office, given_on
            FROM appeal_stock
            WHERE open AND spoils_at > (SELECT agrimarket_now()) AND spoils_at <= CAST(:until AS timestamptz)
        ) AS stock
    ), made AS (
        INSERT INTO clearance_list (id, day, edition, why, by_id, rows, grams)
        SELECT CAST(:id AS uuid), CAST(:day AS date), CAST(:edition AS integer), CAST(:why AS varchar),
               CAST(:by AS uuid), count(*), coalesce(sum(grams), 0)
        FROM picked
        ON CONFLICT (day, edition) DO NOTHING
        RETURNING {_SHEET}
    ), lines AS (
        INSERT INTO clearance_row (
            list_id, position, stock_id, number, listing_id, product, product_id, region_code, origin_name, grams,
            spoils_at, price_per_kg, pack_grams, grade, office, given_on
        )
        SELECT made.id, position, stock_id, number, listing_id, product, product_id, region_code, origin_name,
               picked.grams, spoils_at, price_per_kg, pack_grams, grade, office, given_on
        FROM picked, made
    )
    SELECT {_SHEET} FROM made
""")  # noqa: S608  # columns alone are put in


def last_edition(session: Session, day: date) -> int:
    """Number of the last edition of the list of `day`, 0 if there is none; nobody else makes one until this commits."""
    session.connection().execute(_TURN, {"day": str(day)})
    return session.connection().execute(_LAST, {"day": day}).scalar_one()


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('clearance ' || :day, 0))")
_LAST = text("SELECT coalesce(max(edition), 0) FROM clearance_list WHERE day = :day")


def is_made(session: Session, day: date) -> bool:
    """Whether there is a list of that day."""
    return session.connection().execute(_IS_MADE, {"day": day}).scalar_one()


_IS_MADE = text("SELECT EXISTS (SELECT FROM clearance_list WHERE day = :day)")


def sheets(session: Session, before: date | None, limit: int) -> list[ClearanceSheet]:
    """The last edition of each day before `before`, the newest day first."""
    return [_sheet(row) for row in session.connection().execute(_SHEETS, {"before": before, "limit": limit})]


_SHEETS = text(f"""
    SELECT DISTINCT ON (day) {_SHEET} FROM clearance_list
    WHERE CAST(:before AS date) IS NULL OR day < CAST(:before AS date)
    ORDER BY day DESC, edition DESC LIMIT :limit
""")  # noqa: S608  # columns alone are put in


def sheet(session: Session, day: date | None, edition: int | None) -> ClearanceSheet | None:
    """The list of that day (None: of the newest) in that edition (None: the last); None if there is none."""
    row = session.connection().execute(_ONE, {"day": day, "edition": edition}).one_or_none()
    return None if row is None else _sheet(row)


_ONE = text(f"""
    SELECT {_SHEET} FROM clearance_list
    WHERE (CAST(:day AS date) IS NULL OR day = CAST(:day AS date))
        AND (CAST(:edition AS integer) IS NULL OR edition = CAST(:edition AS integer))
    ORDER BY day DESC, edition DESC LIMIT 1
""")  # noqa: S608  # columns alone are put in


def lines(
    session: Session, list_id: UUID, wanted: ClearanceFilter, after: int, limit: int | None
) -> list[ClearanceLine]:
    """Lines of a list that are wanted, what spoils first at the top, behind the position `after`."""
    asked = {"list": list_id, "after": after, "limit": limit, "region": wanted.region, "product": wanted.product}
    return [_line(row) for row in session.connection().execute(_LINES, asked)]


_LINES = text("""
    SELECT r.position, r.stock_id, r.number, r.listing_id, r.product, p.code, p.name_hant, p.name_hans, p.name_en,
           r.grade, r.region_code, r.origin_name, r.grams, r.spoils_at, r.price_per_kg, r.pack_grams, r.office,
           r.given_on
    FROM clearance_row AS r LEFT JOIN product AS p ON p.id = r.product_id
    WHERE r.list_id = :list AND r.position > :after AND (:region = '' OR starts_with(r.region_code, :region))
        AND (:product = '' OR p.code = :product)
    ORDER BY r.position LIMIT CAST(:limit AS bigint)
""")


def choices(session: Session, list_id: UUID) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    """Provinces (two digits) and kinds of produce (code and names) that stand on a list. One statement."""
    rows = session.connection().execute(_CHOICES, {"list": list_id}).all()
    provinces = sorted({row.province for row in rows})
    kinds = {row.code: (row.code, row.name_hant, row.name_hans, row.name_en) for row in rows if row.code}
    return provinces, [kinds[code] for code in sorted(kinds)]


_CHOICES = text("""
    SELECT DISTINCT left(r.region_code, 2) AS province, p.code, p.name_hant, p.name_hans, p.name_en
    FROM clearance_row AS r LEFT JOIN product AS p ON p.id = r.product_id WHERE r.list_id = :list
""")


def changes(session: Session, day: date, edition: int, limit: int) -> list[tuple[Change, UUID, str | None]]:
    """What that edition says otherwise than the one before: the kind of change, the stock and an appeal's number."""
    rows = session.connection().execute(_CHANGES, {"day": day, "edition": edition, "limit": limit})
    return [(Change(row.change), row.stock_id, row.number) for row in rows]


_CHANGES = text("""
    WITH pair AS (
        SELECT r.*, l.edition FROM clearance_list AS l JOIN clearance_row AS r ON r.list_id = l.id
        WHERE l.day = :day AND l.edition IN (:edition - 1, :edition)
    )
    SELECT coalesce(n.stock_id, o.stock_id) AS stock_id, coalesce(n.number, o.number) AS number,
           CASE WHEN o.stock_id IS NULL THEN 'came' WHEN n.stock_id IS NULL THEN 'went' ELSE 'changed' END AS change
    FROM (SELECT * FROM pair WHERE edition = :edition) AS n
    FULL JOIN (SELECT * FROM pair WHERE edition = :edition - 1) AS o ON o.stock_id = n.stock_id
    WHERE n.stock_id IS NULL OR o.stock_id IS NULL
        OR (n.product, n.grams, n.spoils_at, n.price_per_kg, n.pack_grams, n.office, n.given_on)
            IS DISTINCT FROM (o.product, o.grams, o.spoils_at, o.price_per_kg, o.pack_grams, o.office, o.given_on)
    ORDER BY 3, 1 LIMIT :limit
""")


def _sheet(row: Row[Any]) -> ClearanceSheet:
    return ClearanceSheet(row.id, row.day, row.edition, row.why, row.rows, row.grams, row.made_at)


def _line(row: Row[Any]) -> ClearanceLine:
    names = {"zh-Hant": row.name_hant, "zh-Hans": row.name_hans, "en": row.name_en} if row.code else {}
    price = None if row.price_per_kg is None else Money(row.price_per_kg, DEFAULT_CURRENCY)
    return ClearanceLine(
        row.position, row.stock_id, row.number, row.listing_id, row.product, row.code, names, row.grade,
        row.region_code, row.origin_name, row.grams, row.spoils_at, price, row.pack_grams, row.office, row.given_on,
    )  # fmt: skip
