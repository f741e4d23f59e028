"""Boxes are weighed one by one, deliveries have photos, orders are found, and alerts have kinds that the clock opens.

Purchases that are there get their search keys from the sweep, since they need the drive's key.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0036"

NOW = sa.text("agrimarket_now()")
KINDS = ("restricted", "recalled", "shipment_failed", "refund_failed", "authorisation_lapsed")
WATCHED = ("late_answer", "not_packed", "not_sent", "not_arrived", "lapsing")


def upgrade() -> None:
    op.create_table(
        "box",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seller_order_id", sa.Uuid(), sa.ForeignKey("seller_order.id"), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), sa.ForeignKey("order_line.id"), nullable=False, index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("scale_grams", sa.BigInteger(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("left_out", sa.Boolean(), nullable=False, server_default="false"),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("seller_order_id", "number"),
        sa.CheckConstraint("number > 0 AND packs > 0", name="counts_positive"),
        sa.CheckConstraint("grams > 0 AND grams <= scale_grams", name="grams_within_scale"),
    )
    op.create_table(
        "delivery_photo",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seller_order_id", sa.Uuid(), sa.ForeignKey("seller_order.id"), nullable=False, index=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("width > 0 AND height > 0 AND size > 0", name="sizes_positive"),
    )
    op.add_column("seller_order", sa.Column("short_reason", sa.String()))
    op.create_index("ix_seller_order_number", "seller_order", [sa.text('("right"((id)::text, 6))')])
    op.add_column("order_group", sa.Column("search_keys", postgresql.ARRAY(sa.LargeBinary())))
    op.create_index("ix_order_group_search_keys", "order_group", ["search_keys"], postgresql_using="gin")
    op.create_index("ix_order_group_unfound", "order_group", ["id"], postgresql_where=sa.text("search_keys IS NULL"))
    _kinds((*KINDS, *WATCHED))


def _kinds(kinds: tuple[str, ...]) -> None:
    allowed = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(op.f("ck_order_alert_kind_known"), "order_alert")
    op.create_check_constraint(op.f("ck_order_alert_kind_known"), "order_alert", f"kind IN ({allowed})")


def downgrade() -> None:
    watched = ", ".join(f"'{kind}'" for kind in WATCHED)
    op.execute(f"DELETE FROM order_alert WHERE kind IN ({watched})")  # noqa: S608  # constants alone are put in
    _kinds(KINDS)
    op.drop_index("ix_order_group_unfound", "order_group")
    op.drop_index("ix_order_group_search_keys", "order_group")
    op.drop_column("order_group", "search_keys")
    op.drop_index("ix_seller_order_number", "seller_order")
    op.drop_column("seller_order", "short_reason")
    op.drop_table("delivery_photo")
    op.drop_table("box")
