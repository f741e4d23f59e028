"""Tables of `notifications`."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id")),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("params", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider_ref", sa.String()),
        sa.Column("last_error", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("dedupe_key"),
        sa.CheckConstraint("channel IN ('in_app', 'sms', 'email')", name="channel_known"),
        sa.CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed')", name="state_known"),
        sa.CheckConstraint("person_id IS NOT NULL OR channel = 'sms'", name="inbox_has_owner"),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_if_sent"),
    )
    op.create_index("ix_notification_person_id_id", "notification", ["person_id", "id"])


def downgrade() -> None:
    op.drop_table("notification")
