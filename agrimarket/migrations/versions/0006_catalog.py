"""Tables of `catalog`: products, harvest lots, listings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

NOW = sa.text("agrimarket_now()")
COPIED = ("id", "seller_id", "product_id", "region_code", "origin_name", "perish_by")
CATEGORIES = "fruit leaf fruiting root bulb legume mushroom grain oil livestock aquatic"
STATES = "draft pending_review published paused sold_out expired recalled"


def _one_of(column: str, values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values.split())
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def _when(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_hant", sa.String(), nullable=False),
        sa.Column("name_hans", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("perishability_days", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("storage", sa.String(), nullable=False),
        sa.UniqueConstraint("code"),
        _one_of("category", CATEGORIES),
        _one_of("storage", "ambient cool chilled frozen"),
        _one_of("unit", "g jin kg t"),
        sa.CheckConstraint("perishability_days > 0", name="perishability_positive"),
    )
    op.create_table(
        "harvest_lot",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seller_id", sa.Uuid(), sa.ForeignKey("seller.id"), nullable=False),
        sa.Column("product_id", sa.Uuid(), sa.ForeignKey("product.id"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("origin_name", sa.String(), nullable=False),
        sa.Column("harvested_on", sa.Date(), nullable=False),
        _when("perish_by"),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        _when("recalled_at", nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint(*COPIED, name="uq_harvest_lot_copied"),
        sa.CheckConstraint("quantity > 0", name="quantity_positive"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("committed >= 0", name="committed_not_negative"),
        sa.CheckConstraint("reserved + committed <= quantity", name="never_oversold"),
        sa.CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape"),
    )
    op.create_index("ix_harvest_lot_seller", "harvest_lot", ["seller_id", "id"])
    op.create_index("ix_harvest_lot_place", "harvest_lot", ["product_id", "region_code"])
    op.create_table(
        "listing",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("seller_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), sa.ForeignKey("product.id"), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("origin_name", sa.String(), nullable=False),
        _when("perish_by"),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("pack_grams", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("priced_by", sa.String(), nullable=False),
        sa.Column(
            "price_per_kg", sa.BigInteger(), sa.Computed("price * 1000 / pack_grams", persisted=True), nullable=False
        ),
        sa.Column("min_packs", sa.Integer(), nullable=False),
        sa.Column("max_packs", sa.Integer()),
        sa.Column("terms", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        _when("published_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["lot_id", *COPIED[1:]],
            [f"harvest_lot.{column}" for column in COPIED],
            name="fk_listing_lot",
            onupdate="CASCADE",
        ),
        _one_of("state", STATES),
        _one_of("priced_by", "pack weight"),
        sa.CheckConstraint("pack_grams > 0", name="pack_positive"),
        sa.CheckConstraint("price > 0", name="price_positive"),
        sa.CheckConstraint("min_packs > 0 AND (max_packs IS NULL OR max_packs >= min_packs)", name="packs_in_order"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at_known"),
    )
    op.create_index("ix_listing_lot", "listing", ["lot_id"])
    op.create_index("ix_listing_seller", "listing", ["seller_id", "id"])
    published = {"postgresql_where": sa.text("state = 'published'")}
    op.create_index("ix_listing_newest", "listing", ["published_at", "id"], **published)
    perishing = sa.text("state IN ('pending_review', 'published', 'paused')")
    op.create_index("ix_listing_soonest", "listing", ["perish_by", "id"], postgresql_where=perishing)
    op.create_index("ix_listing_cheapest", "listing", ["price_per_kg", "id"], **published)
    op.create_index("ix_listing_product", "listing", ["product_id"])
    op.create_index("ix_listing_terms", "listing", ["terms"], postgresql_using="gin", **published)
    _create_market_version()


def _create_market_version() -> None:
    op.create_table(
        "market_version",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("changes", sa.BigInteger(), nullable=False),
    )
    op.execute("""
        CREATE FUNCTION raise_market_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM changed) THEN
                UPDATE market_version SET changes = changes + 1
                WHERE id = (SELECT id FROM market_version ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
                IF NOT FOUND THEN
                    INSERT INTO market_version (changes) VALUES (1);
                END IF;
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in ("listing", "product"):
        for act, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(f"""
                CREATE TRIGGER raise_market_version_{act.lower()} AFTER {act} ON {table}
                REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_market_version()
            """)


def downgrade() -> None:
    for table in ("listing", "harvest_lot", "product", "market_version"):
        op.drop_table(table)
    op.execute("DROP FUNCTION raise_market_version()")
