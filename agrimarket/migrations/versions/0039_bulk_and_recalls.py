"""Files of many listings or orders, a seller's own reference of a listing, and recalls with their drills."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"

NOW = sa.text("agrimarket_now()")


def _time(name: str, *, nullable: bool = False, default: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=NOW if default else None)


def _to(name: str, target: str, *, nullable: bool = False, index: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=index or None)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.add_column("listing", sa.Column("sku", sa.String()))
    op.create_index(
        "uq_listing_sku", "listing", ["seller_id", "sku"], unique=True, postgresql_where=sa.text("sku IS NOT NULL")
    )
    _create_files()
    _create_recalls()
    with op.get_context().autocommit_block():
        op.create_index("ix_order_line_lot_id_id", "order_line", ["lot_id", "id"], postgresql_concurrently=True)


def _create_files() -> None:
    op.create_table(
        "bulk_file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _text("kind"),
        _to("seller_id", "seller.id", index=False),
        _to("uploaded_by", "person.id"),
        _text("file_name"),
        _text("format"),
        _text("delimiter"),
        _text("language"),
        sa.Column("header", postgresql.JSONB(), nullable=False),
        _text("state"),
        _time("created_at", default=True),
        _time("started_at", nullable=True),
        _time("ended_at", nullable=True),
        sa.CheckConstraint("state IN ('checked', 'loading', 'loaded')", name="state_known"),
        sa.CheckConstraint("kind IN ('listings', 'orders')", name="kind_known"),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name="format_known"),
    )
    op.create_index("ix_bulk_file_seller_id_id", "bulk_file", ["seller_id", "id"])
    op.create_table(
        "bulk_row",
        sa.Column("file_id", sa.Uuid(), sa.ForeignKey("bulk_file.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _text("act"),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        _text("state"),
        sa.Column("about_id", sa.Uuid()),
        sa.CheckConstraint("state IN ('error', 'known', 'ready', 'waiting', 'loaded', 'failed')", name="state_known"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("(state IN ('error', 'failed')) = (faults <> '[]'::jsonb)", name="faults_told"),
    )
    op.create_index("ix_bulk_row_state", "bulk_row", ["file_id", "state", "number"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_bulk_row_waiting", "bulk_row", ["about_id"], postgresql_where=waiting)


def _create_recalls() -> None:
    counts = ("orders", "buyers", "by_phone", "by_email", "unreachable")
    op.create_table(
        "recall_drill",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _to("lot_id", "harvest_lot.id", index=False),
        _to("seller_id", "seller.id"),
        _to("pressed_by", "person.id", nullable=True),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        _text("reason"),
        _time("pressed_at"),
        _time("listed_at", nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        _time("created_at", default=True),
        sa.CheckConstraint("listed_at IS NULL OR listed_at >= pressed_at", name="listed_after_pressed"),
        sa.CheckConstraint("by_phone + by_email + unreachable = buyers", name="each_buyer_once"),
        sa.CheckConstraint("drill OR told", name="recall_is_told"),
    )
    recall = sa.text("NOT drill")
    op.create_index("uq_recall_drill_recall", "recall_drill", ["lot_id"], unique=True, postgresql_where=recall)
    op.create_index("ix_recall_drill_lot_id", "recall_drill", ["lot_id"])


def downgrade() -> None:
    op.drop_index("ix_order_line_lot_id_id", "order_line")
    for table in ("recall_drill", "bulk_row", "bulk_file"):
        op.drop_table(table)
    op.drop_index("uq_listing_sku", "listing")
    op.drop_column("listing", "sku")
