"""Tables of `kernel`: clock, outbox, deliveries, provider events, idempotency keys, schedule."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("""
        CREATE TABLE clock (
            singleton boolean CONSTRAINT pk_clock PRIMARY KEY DEFAULT true
                CONSTRAINT ck_clock_singleton CHECK (singleton),
            shift interval NOT NULL DEFAULT '0'
        )
    """)
    op.execute("INSERT INTO clock DEFAULT VALUES")
    op.execute("""
        CREATE FUNCTION agrimarket_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT now() + (SELECT shift FROM public.clock) $$
    """)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("request_id", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("relayed_at", sa.DateTime(timezone=True)),
    )
    op.create_index(
        "ix_outbox_message_unrelayed", "outbox_message", ["id"], postgresql_where=sa.text("relayed_at IS NULL")
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("message_id", sa.Uuid(), sa.ForeignKey("outbox_message.id", ondelete="CASCADE"), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("publishes", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("last_error", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("handled_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("message_id", "handler"),
        sa.CheckConstraint("state IN ('pending', 'published', 'handled', 'dead')", name="state_known"),
    )
    op.create_index(
        "ix_delivery_due", "delivery", ["due_at"], postgresql_where=sa.text("state IN ('pending', 'published')")
    )
    op.create_index("ix_delivery_dead", "delivery", ["id"], postgresql_where=sa.text("state = 'dead'"))
    op.create_table(
        "external_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("source", "external_id"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB()),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW, index=True),
        sa.UniqueConstraint("scope", "key"),
    )
    op.create_table(
        "schedule_run",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("slot", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )


def downgrade() -> None:
    for table in ("schedule_run", "idempotency_key", "external_event", "delivery", "outbox_message"):
        op.drop_table(table)
    op.execute("DROP FUNCTION agrimarket_now()")
    op.execute("DROP TABLE clock")
