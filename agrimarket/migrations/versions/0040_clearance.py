"""Counties' opinions about lots and appeals, the clearance list of each day, and who is told of it.

Opinions, lists and their rows are never changed or deleted; only an opinion's words about an appeal can be erased.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

NOW = sa.text("agrimarket_now()")
KEPT = ("lot_opinion", "clearance_list", "clearance_row")


def _when(name: str, *, default: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=NOW if default else None)


def _said() -> list[sa.Column[object]]:
    return [
        sa.Column("verified", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("office", "officer", "words")),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        _when("at", default=True),
    ]


def upgrade() -> None:
    op.add_column("appeal", sa.Column("stock_turn", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "appeal_opinion",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id"), nullable=False),
        *_said(),
        sa.Column("product", sa.String()),
        sa.Column("grams", sa.BigInteger()),
        sa.Column("price_per_kg", sa.BigInteger()),
        sa.CheckConstraint("grams > 0", name="grams_positive"),
        sa.CheckConstraint("price_per_kg > 0", name="price_positive"),
        sa.CheckConstraint(
            "verified = (grams IS NOT NULL) AND verified = (product IS NOT NULL)", name="verified_whole"
        ),
    )
    op.create_index("ix_appeal_opinion_appeal", "appeal_opinion", ["appeal_id", "id"])
    op.create_table(
        "lot_opinion",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("lot_id", sa.Uuid(), sa.ForeignKey("harvest_lot.id"), nullable=False),
        *_said(),
    )
    op.create_index("ix_lot_opinion_lot", "lot_opinion", ["lot_id", "id"])
    _create_stock()
    _create_lists()
    op.create_table(
        "clearance_follow",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, unique=True),
        _when("created_at", default=True),
    )
    _keep()


def _create_stock() -> None:
    op.create_table(
        "appeal_stock",
        sa.Column("appeal_id", sa.Uuid(), primary_key=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("product_id", sa.Uuid(), sa.ForeignKey("product.id"), index=True),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("origin_name", sa.String(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        _when("spoils_at"),
        sa.Column("price_per_kg", sa.BigInteger()),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.CheckConstraint("grams > 0", name="grams_positive"),
        sa.CheckConstraint("price_per_kg > 0", name="price_positive"),
    )
    op.create_index(
        "ix_appeal_stock_open", "appeal_stock", ["spoils_at", "appeal_id"], postgresql_where=sa.text("open")
    )


def _create_lists() -> None:
    op.create_table(
        "clearance_list",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("why", sa.String()),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        _when("made_at", default=True),
        sa.UniqueConstraint("day", "edition", name="uq_clearance_list_day_edition"),
        sa.CheckConstraint("edition > 0", name="edition_positive"),
        sa.CheckConstraint("(edition = 1) = (why IS NULL)", name="corrected_with_reason"),
    )
    op.create_table(
        "clearance_row",
        sa.Column("list_id", sa.Uuid(), sa.ForeignKey("clearance_list.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("stock_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String()),
        sa.Column("listing_id", sa.Uuid()),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("product_id", sa.Uuid(), sa.ForeignKey("product.id"), index=True),
        sa.Column("grade", sa.String()),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("origin_name", sa.String(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        _when("spoils_at"),
        sa.Column("price_per_kg", sa.BigInteger()),
        sa.Column("pack_grams", sa.BigInteger()),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.UniqueConstraint("list_id", "stock_id", name="uq_clearance_row_list_id_stock_id"),
    )


def _keep() -> None:
    for table in KEPT:
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute("""
        CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON appeal_opinion
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER only_forgotten BEFORE UPDATE ON appeal_opinion FOR EACH ROW
        WHEN (new.words <> '' OR to_jsonb(new) - 'words' IS DISTINCT FROM to_jsonb(old) - 'words')
        EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER raise_market_version AFTER INSERT ON clearance_list
        REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION raise_market_version()
    """)


def downgrade() -> None:
    for table in (
        "clearance_follow",
        "clearance_row",
        "clearance_list",
        "appeal_stock",
        "lot_opinion",
        "appeal_opinion",
    ):
        op.drop_table(table)
    op.drop_column("appeal", "stock_turn")
