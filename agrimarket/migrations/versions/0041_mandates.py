"""Mandates: growers let agents sell for them, and an agent chooses for whom in their sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.create_table(
        "mandate",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("grower_person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("agent_person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by_id", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.CheckConstraint("grower_person_id <> agent_person_id", name="somebody_else"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
    )
    live = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_mandate_live", "mandate", ["agent_person_id", "grower_person_id"], unique=True, postgresql_where=live
    )
    op.add_column("sign_in_session", sa.Column("sells_for_id", sa.Uuid(), sa.ForeignKey("seller.id")))
    op.create_index("ix_sign_in_session_sells_for_id", "sign_in_session", ["sells_for_id"])


def downgrade() -> None:
    op.drop_column("sign_in_session", "sells_for_id")
    op.drop_table("mandate")
