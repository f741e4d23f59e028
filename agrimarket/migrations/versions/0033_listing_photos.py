"""Photos of produce: of a listing, or kept for one that its seller is writing."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "listing_photo",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("seller_id", sa.Uuid(), sa.ForeignKey("seller.id"), nullable=False),
        sa.Column("listing_id", sa.Uuid(), sa.ForeignKey("listing.id")),
        sa.Column("position", sa.Integer()),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(), nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("agrimarket_now()")),
        sa.CheckConstraint("width > 0 AND height > 0", name="sizes_positive"),
        sa.CheckConstraint("(listing_id IS NULL) = (position IS NULL)", name="position_in_listing"),
        sa.CheckConstraint("position BETWEEN 1 AND 6", name="position_in_range"),
        sa.UniqueConstraint("listing_id", "sha256", name="uq_listing_photo_listing_id_sha256"),
        sa.UniqueConstraint(
            "listing_id",
            "position",
            name="uq_listing_photo_listing_id_position",
            deferrable=True,
            initially="DEFERRED",
        ),
    )
    kept = {"postgresql_where": sa.text("listing_id IS NULL")}
    op.create_index("uq_listing_photo_kept", "listing_photo", ["seller_id", "sha256"], unique=True, **kept)
    op.create_index("ix_listing_photo_kept_since", "listing_photo", ["created_at"], **kept)
    op.create_index("ix_listing_photo_seller_id", "listing_photo", ["seller_id"])


def downgrade() -> None:
    op.drop_table("listing_photo")
