"""Edits of listings that coaches propose to their sellers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0041"

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.create_table(
        "listing_proposal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("listing_id", sa.Uuid(), sa.ForeignKey("listing.id"), nullable=False),
        sa.Column("seller_id", sa.Uuid(), sa.ForeignKey("seller.id"), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("changes", JSONB(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('open', 'accepted', 'declined', 'replaced')", name="state_known"),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_when_over"),
    )
    open_ = sa.text("state = 'open'")
    op.create_index(
        "uq_listing_proposal_open",
        "listing_proposal",
        ["listing_id", "proposed_by_id"],
        unique=True,
        postgresql_where=open_,
    )
    op.create_index("ix_listing_proposal_seller", "listing_proposal", ["seller_id", "id"])


def downgrade() -> None:
    op.drop_table("listing_proposal")
