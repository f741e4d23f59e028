"""Rumours and words about them, who follows a region, restrictions by hand, and a version of a region's page.

What was published about a rumour is never changed or deleted: a later word supersedes it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"

NOW = sa.text("agrimarket_now()")
SHOWN = ("region", "bulletin", "restriction", "closed_community", "rumour", "rebuttal")
"""Tables of which a region's page is made."""


def upgrade() -> None:
    op.create_table(
        "rumour",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), index=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("set_aside_at", sa.DateTime(timezone=True)),
        sa.Column("set_aside_by_id", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.Column("set_aside_why", sa.String()),
        sa.CheckConstraint("reports > 0", name="reports_positive"),
        sa.CheckConstraint(
            "(set_aside_at IS NULL) = (set_aside_by_id IS NULL) AND (set_aside_at IS NULL) = (set_aside_why IS NULL)",
            name="set_aside_whole",
        ),
    )
    place = sa.text("coalesce(region_code, '')")
    op.create_index("uq_rumour_said", "rumour", ["key", place], unique=True)
    op.create_table(
        "rebuttal",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("rumour_id", sa.Uuid(), sa.ForeignKey("rumour.id"), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("supersedes_id", sa.Uuid()),
        sa.CheckConstraint("verdict IN ('false', 'partly', 'unproven', 'true')", name="verdict_known"),
        sa.UniqueConstraint("id", "rumour_id", name="uq_rebuttal_id_rumour_id"),
        sa.ForeignKeyConstraint(
            ["supersedes_id", "rumour_id"], ["rebuttal.id", "rebuttal.rumour_id"], name="fk_rebuttal_supersedes_id"
        ),
    )
    first = {"unique": True, "postgresql_where": sa.text("supersedes_id IS NULL")}
    op.create_index("uq_rebuttal_first", "rebuttal", ["rumour_id"], **first)
    op.create_index("uq_rebuttal_next", "rebuttal", ["supersedes_id"], unique=True)
    op.create_index("ix_rebuttal_rumour_id", "rebuttal", ["rumour_id", "at"])
    op.create_table(
        "region_follow",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False, index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("person_id", "region_code", name="uq_region_follow_person_id_region_code"),
    )
    _create_by_hand()
    op.create_index("ix_closed_community_history", "closed_community", ["restriction_id", "since", "until"])
    _keep_rumours()
    _create_region_version()


def _create_by_hand() -> None:
    op.create_table(
        "hand_restriction",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False, index=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("communities", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True)),
        sa.Column("by_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_by_id", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.Column("ended_why", sa.String()),
        sa.CheckConstraint("level IN ('high', 'middle', 'low')", name="level_known"),
        sa.CheckConstraint("ends IS NULL OR ends > begins", name="ends_after_begin"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)",
            name="ended_whole",
        ),
    )


def _keep_rumours() -> None:
    for table, acts in (
        ("rebuttal", "UPDATE OR DELETE OR TRUNCATE"),
        ("rumour", "DELETE OR TRUNCATE"),
        ("hand_restriction", "DELETE OR TRUNCATE"),
    ):
        op.execute(f"""
            CREATE TRIGGER append_only BEFORE {acts} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def _create_region_version() -> None:
    op.create_table(
        "region_version",
        sa.Column("id", sa.Uuid(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("changes", sa.BigInteger(), nullable=False),
    )
    op.execute("""
        CREATE FUNCTION raise_region_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE region_version SET changes = changes + 1
            WHERE id = (SELECT id FROM region_version ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED);
            IF NOT FOUND THEN
                INSERT INTO region_version (changes) VALUES (1);
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in SHOWN:
        op.execute(f"""
            CREATE TRIGGER raise_region_version AFTER INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION raise_region_version()
        """)


def downgrade() -> None:
    for table in SHOWN:
        op.execute(f"DROP TRIGGER raise_region_version ON {table}")
    op.drop_index("ix_closed_community_history", "closed_community")
    for table in ("hand_restriction", "region_version", "region_follow", "rebuttal", "rumour"):
        op.drop_table(table)
    op.execute("DROP FUNCTION raise_region_version()")
