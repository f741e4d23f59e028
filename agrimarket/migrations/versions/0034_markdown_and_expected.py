"""Prices fall over a listing's last days, and a lot may be expected: sold in part before its harvest is in.

`price_on` is the price of a day in China and `next_price_day` the next day on which it falls; both are immutable, and
the same as `catalog/rules.py`. Listings that are there have no markdown, lots that are there are harvested.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

LAST_DAY = "((perish_by AT TIME ZONE 'Asia/Shanghai') - interval '1 microsecond')::date"
TODAY = "(agrimarket_now() AT TIME ZONE 'Asia/Shanghai')::date"
PRICED = "price_on(price, markdown_floor, markdown_days, perish_by, priced_on)"
SELLABLE = "CASE WHEN came_in IS NULL THEN quantity * coalesce(expected_share, 10000) / 10000 ELSE 0 END"


def upgrade() -> None:
    _functions()
    _listing()
    _lot()
    op.add_column("order_line", sa.Column("allotted_grams", sa.BigInteger()))
    _check("order_line", "allotted_within_ordered", "allotted_grams BETWEEN 0 AND packs * pack_grams")
    _check("order_line", "packed_within_allotted", "packed_grams <= allotted_grams")
    op.add_column("payment", sa.Column("capture_at_once", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("payment_split", sa.Column("given_back", sa.BigInteger(), server_default="0", nullable=False))
    _check("payment_split", "given_back_within", "given_back >= 0 AND coalesce(final, 0) <= amount - given_back")


def _check(table: str, name: str, condition: str) -> None:
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _functions() -> None:
    op.execute(f"""
        CREATE FUNCTION price_on(price bigint, floor bigint, days integer, perish_by timestamptz, day date)
        RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            CASE WHEN days IS NULL OR {LAST_DAY} - day >= days THEN price
                 WHEN {LAST_DAY} - day <= 0 THEN floor
                 ELSE greatest(floor, (price - (price - floor) * (days - ({LAST_DAY} - day)) / days) / 10 * 10) END
    """)
    op.execute(f"""
        CREATE FUNCTION next_price_day(days integer, perish_by timestamptz, day date)
        RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
            CASE WHEN day < {LAST_DAY} THEN greatest({LAST_DAY} - days + 1, CASE WHEN days IS NOT NULL THEN day + 1 END)
            END
    """)


def _listing() -> None:
    op.add_column("listing", sa.Column("markdown_floor", sa.BigInteger()))
    op.add_column("listing", sa.Column("markdown_days", sa.Integer()))
    op.add_column("listing", sa.Column("priced_on", sa.Date(), server_default=sa.text(TODAY), nullable=False))
    _check("listing", "markdown_whole", "(markdown_floor IS NULL) = (markdown_days IS NULL)")
    _check("listing", "markdown_floor_below_price", "markdown_floor > 0 AND markdown_floor < price")
    _check("listing", "markdown_days_in_range", "markdown_days BETWEEN 1 AND 30")
    reprice_on = sa.Computed("next_price_day(markdown_days, perish_by, priced_on)", persisted=True)
    _price_per_kg(PRICED, sa.Column("reprice_on", sa.Date(), reprice_on))
    falling = sa.text("state = 'published' AND reprice_on IS NOT NULL")
    op.create_index("ix_listing_reprice", "listing", ["reprice_on"], postgresql_where=falling)


def _price_per_kg(price: str, *more: sa.Column[object]) -> None:
    op.drop_column("listing", "price_per_kg")  # and its index; PostgreSQL 15 cannot change what a column is made of
    made = sa.Computed(f"{price} * 1000 / pack_grams", persisted=True)
    for column in (sa.Column("price_per_kg", sa.BigInteger(), made, nullable=False), *more):
        op.add_column("listing", column)
    published = sa.text("state = 'published'")
    op.create_index("ix_listing_cheapest", "listing", ["price_per_kg", "id"], postgresql_where=published)


def _lot() -> None:
    op.add_column("harvest_lot", sa.Column("expected_share", sa.Integer()))
    op.add_column("harvest_lot", sa.Column("came_in", sa.BigInteger()))
    made = sa.Computed(SELLABLE, persisted=True)
    op.add_column("harvest_lot", sa.Column("sellable", sa.BigInteger(), made, nullable=False))
    for name in ("quantity_positive", "never_oversold"):
        op.drop_constraint(op.f(f"ck_harvest_lot_{name}"), "harvest_lot")
    _check("harvest_lot", "quantity_not_negative", "quantity >= 0")
    bound = "reserved + committed <= quantity * coalesce(expected_share, 10000) / 10000"
    _check("harvest_lot", "never_oversold", bound)
    _check("harvest_lot", "expected_share_in_range", "expected_share BETWEEN 1 AND 10000")
    _check("harvest_lot", "came_in_of_expected", "came_in IS NULL OR (came_in >= 0 AND expected_share IS NOT NULL)")
    expected, short = sa.text("expected_share IS NOT NULL"), sa.text("came_in IS NOT NULL")
    op.create_index("ix_harvest_lot_expected", "harvest_lot", ["seller_id", "harvested_on"], postgresql_where=expected)
    op.create_index("ix_harvest_lot_short", "harvest_lot", ["id"], postgresql_where=short)


def downgrade() -> None:
    op.drop_column("payment_split", "given_back")
    op.drop_column("payment", "capture_at_once")
    op.drop_column("order_line", "allotted_grams")
    op.execute("ALTER TABLE harvest_lot DROP CONSTRAINT ck_harvest_lot_never_oversold")
    for column in ("sellable", "came_in", "expected_share"):
        op.drop_column("harvest_lot", column)
    op.drop_constraint(op.f("ck_harvest_lot_quantity_not_negative"), "harvest_lot")
    _check("harvest_lot", "never_oversold", "reserved + committed <= quantity")
    _check("harvest_lot", "quantity_positive", "quantity > 0")
    op.drop_column("listing", "reprice_on")
    _price_per_kg("price")
    for column in ("priced_on", "markdown_days", "markdown_floor"):
        op.drop_column("listing", column)
    op.execute("DROP FUNCTION next_price_day(integer, timestamptz, date)")
    op.execute("DROP FUNCTION price_on(bigint, bigint, integer, timestamptz, date)")
