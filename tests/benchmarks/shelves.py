"""A market of any size, made by SQL: produce and counties as unevenly as real ones, titles of everyday words."""

import time

from sqlalchemy import text

from agrimarket.catalog import terms
from agrimarket.catalog.queries import search
from agrimarket.catalog.service import products
from agrimarket.kernel.db import Database
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo, RegionLevel
from tests.factories.accounts import a_seller
from tests.factories.catalog import load_catalogue
from tests.factories.regions import tree

SELLERS, COUNTIES, A_LOT = 200, 400, 10
TITLES = [
    f"{first}{second} {size}"
    for first in ("产地直发", "当天采摘", "农家自种", "现摘现发", "高山", "新鲜", "精选", "礼盒装")
    for second in ("整箱", "坏果包赔", "冷链发货", "家庭装", "大果")
    for size in ("5斤", "10斤")
]


def prepare(db: Database) -> None:
    """Sellers, produce, counties and titles, each with its terms in a table of the benchmark's own."""
    counties = [each for each in tree() if each.level is RegionLevel.COUNTY][:: max(1, 2_800 // COUNTIES)][:COUNTIES]
    with db.transaction() as session:
        load_catalogue(session)
        sellers = [a_seller(session, name=f"{county.name}果蔬合作社") for county in counties[:SELLERS]]
        connection = session.connection()
        connection.execute(
            text("CREATE TABLE bench_lots (n int, id uuid, kind int, county int, person int, perish_by timestamptz)")
        )
        for table in ("kinds", "counties", "titles", "people"):
            connection.execute(
                text(f"CREATE TABLE bench_{table} (n int PRIMARY KEY, id text, name text, terms varchar[])")
            )
        kinds = products.list_all(session)
        latin = places.called(session, {each.code for each in counties}, "en")
        rows = {
            "kinds": [
                (
                    str(kind.id),
                    kind.code,
                    _terms(kind.code, kind.category, (kind.name_hant, kind.name_hans, kind.name_en)),
                )
                for kind in kinds
            ],
            "counties": [(each.code, each.full_name, _place(each, latin[each.code])) for each in counties],
            "titles": [("", title, _terms(title=title)) for title in TITLES],
            "people": [
                (str(one.principal.seller_id), "", _terms(seller=f"{county.name}果蔬合作社"))
                for one, county in zip(sellers, counties[:SELLERS], strict=True)
            ],
        }
        for table, made in rows.items():
            for n, (key, name, found) in enumerate(made):
                connection.execute(
                    text(f"INSERT INTO bench_{table} VALUES (:n, :id, :name, :terms)"),
                    {"n": n, "id": key, "name": name, "terms": found},
                )
        words: dict[str, list[str]] = {}
        for kind in kinds:
            words |= terms.vocabulary(
                _described(kind.code, kind.category, (kind.name_hant, kind.name_hans, kind.name_en))
            )
        for each in counties:
            words |= terms.vocabulary(_described(place=(each.full_name, each.name[:-1], latin[each.code])))
        search.learn(session, words)


def grow(db: Database, begin: int, end: int) -> float:
    """Listings of the numbers from `begin` to `end`, ten of a lot; returns the seconds that it took."""
    started = time.perf_counter()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        connection.execute(text("SET synchronous_commit = off"))
        connection.execute(text("SELECT setseed(0.5)"))
        kept = [] if end - begin < 50_000 else _without_indexes(connection)
        first = {"first": begin // A_LOT}
        for statement, values in ((_NUMBERS, {**first, "last": end // A_LOT - 1}), (_LOTS, first), (_LISTINGS, first)):
            connection.execute(statement, values)
        for index in kept:
            connection.execute(text(index))
        connection.execute(text("VACUUM (ANALYZE) listing"))
        connection.execute(text("VACUUM (ANALYZE) harvest_lot"))
        connection.execute(text("VACUUM (ANALYZE) search_word"))
    return time.perf_counter() - started


def _without_indexes(connection) -> list[str]:
    """Drop the listing's indexes but its key; returns what makes them again."""
    found = connection.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'listing' AND indexname NOT LIKE 'pk%'")
    ).all()
    for name, _ in found:
        connection.execute(text(f"DROP INDEX {name}"))
    return [definition for _, definition in found]


def _described(
    code: str = "", category: str = "", produce: tuple[str, ...] = (), place: tuple[str, ...] = ("",), **more: str
) -> terms.Described:
    return terms.Described(more.get("title", ""), code, category, produce, "", place, more.get("seller", ""))


def _terms(*parts: object, **more: str) -> list[str]:
    return [each for each in terms.of(_described(*parts, **more)) if each not in {"#", "*", "@"}]


def _place(county: RegionInfo, latin: str) -> list[str]:
    found = terms.of(_described(place=(county.full_name, county.name[:-1], latin)))
    marks = [f"@{county.code[:digits]}" for digits in (2, 4, 6)]
    return [*(each for each in found if each not in {"#", "*", "@"}), *marks]


_NUMBERS = text(f"""
    INSERT INTO bench_lots
    SELECT n, gen_random_uuid(), floor((SELECT count(*) FROM bench_kinds) * power(random(), 1.7)),
           floor({COUNTIES} * power(random(), 1.5)), floor({SELLERS} * random()),
           agrimarket_now() + make_interval(hours => (24 + 24 * 58 * random())::int)
    FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
""")
_LOTS = text("""
    INSERT INTO harvest_lot (id, seller_id, product_id, region_code, origin_name, harvested_on, perish_by, quantity,
                             reserved, committed)
    SELECT l.id, s.id::uuid, k.id::uuid, c.id, c.name, current_date, l.perish_by, 1000000000, 0, 0
    FROM bench_lots AS l JOIN bench_kinds AS k ON k.n = l.kind JOIN bench_counties AS c ON c.n = l.county
    JOIN bench_people AS s ON s.n = l.person WHERE l.n >= CAST(:first AS int)
""")
_LISTINGS = text(f"""
    INSERT INTO listing (id, lot_id, seller_id, product_id, region_code, origin_name, perish_by, title, description,
                         pack_grams, price, currency, priced_by, min_packs, state, version, published_at, modes,
                         certifications, terms, terms_of)
    SELECT gen_random_uuid(), l.id, s.id::uuid, k.id::uuid, c.id, c.name, l.perish_by, p.name_hans || ' ' || t.name, '',
           2500, 1000 + (20000 * random())::int, 'CNY', 'pack', 1, 'published', 1,
           agrimarket_now() - make_interval(secs => 2000000 - (l.n * {A_LOT} + m)),
           CASE WHEN m = 7 THEN '{{pick_up}}'::varchar[] ELSE '{{truck,contactless_point}}' END,
           CASE WHEN m IN (1, 4) THEN '{{green_food}}'::varchar[] WHEN m = 8 THEN '{{organic}}' ELSE '{{}}' END,
           k.terms || c.terms || s.terms || t.terms
               || CASE WHEN m = 7 THEN '{{>pick_up}}'::varchar[] ELSE '{{>truck,>contactless_point}}' END
               || CASE WHEN m IN (1, 4) THEN '{{+green_food}}'::varchar[]
                       WHEN m = 8 THEN '{{+organic}}' ELSE '{{}}' END,
           {terms.VERSION}
    FROM bench_lots AS l JOIN bench_kinds AS k ON k.n = l.kind JOIN product AS p ON p.id = k.id::uuid
    JOIN bench_counties AS c ON c.n = l.county JOIN bench_people AS s ON s.n = l.person
    CROSS JOIN generate_series(0, {A_LOT - 1}) AS m
    JOIN bench_titles AS t ON t.n = (l.n * 7 + m * 11) % {len(TITLES)}
    WHERE l.n >= CAST(:first AS int)
""")
