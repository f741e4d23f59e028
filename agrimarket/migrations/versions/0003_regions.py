"""Tables of `regions`, and what the seeds have loaded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

NOW = sa.text("agrimarket_now()")
TIME = sa.DateTime(timezone=True)
IN_FORCE = sa.text("until IS NULL")


def upgrade() -> None:
    op.create_table(
        "region",
        sa.Column("code", sa.CHAR(6), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("parent_code", sa.CHAR(6), sa.ForeignKey("region.code"), index=True),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.CheckConstraint("level IN ('province', 'prefecture', 'county')", name="level_known"),
        sa.CheckConstraint("code ~ '^[1-9][0-9]{5}$'", name="code_six_digits"),
        sa.CheckConstraint("(level = 'province') = (parent_code IS NULL)", name="parent_unless_province"),
    )
    op.create_index(
        "ix_region_search", "region", ["search"], postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.CHAR(10), nullable=False, index=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("published_at", TIME, nullable=False, index=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("high_stated", sa.Integer()),
        sa.Column("middle_stated", sa.Integer()),
        sa.Column("low_stated", sa.Integer()),
        sa.Column("high_parsed", sa.Integer(), nullable=False),
        sa.Column("middle_parsed", sa.Integer(), nullable=False),
        sa.Column("low_parsed", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("unresolved", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
        sa.CheckConstraint("number ~ '^[0-9]{10}$'", name="number_ten_digits"),
        sa.CheckConstraint("least(high_parsed, middle_parsed, low_parsed, entries, unresolved) >= 0", name="counts"),
    )
    op.create_table(
        "restriction",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("bulletin_id", sa.Uuid(), sa.ForeignKey("bulletin.id"), nullable=False, index=True),
        sa.Column("ended_by_id", sa.Uuid(), sa.ForeignKey("bulletin.id"), index=True),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), index=True),
        sa.Column("stated", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("whole_area", sa.Boolean(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        *_period(),
        sa.CheckConstraint("(until IS NULL) = (ended_by_id IS NULL)", name="ended_by_a_bulletin"),
        sa.CheckConstraint("level IN ('high', 'middle', 'low')", name="level_known"),
        sa.CheckConstraint("region_code IS NOT NULL OR NOT resolved", name="resolved_has_region"),
    )
    op.create_index(
        "uq_restriction_in_force",
        "restriction",
        ["stated", "level", "whole_area"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    op.create_index("ix_restriction_region_in_force", "restriction", ["region_code"], postgresql_where=IN_FORCE)
    op.create_index(
        "ix_restriction_unresolved", "restriction", ["id"], postgresql_where=sa.text("until IS NULL AND NOT resolved")
    )
    op.create_table(
        "closed_community",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("restriction_id", sa.Uuid(), sa.ForeignKey("restriction.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("normalised", sa.String(), nullable=False),
        *_period(),
    )
    op.create_index(
        "uq_closed_community_in_force",
        "closed_community",
        ["restriction_id", sa.text("md5(normalised)")],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "seed",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("loaded_at", TIME, nullable=False, server_default=NOW),
    )


def _period() -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("since", TIME, nullable=False),
        sa.Column("until", TIME),
        sa.CheckConstraint("until IS NULL OR until >= since", name="period"),
    ]


def downgrade() -> None:
    for table in ("seed", "closed_community", "restriction", "bulletin", "region"):
        op.drop_table(table)
