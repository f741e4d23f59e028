"""Zones are places under a city, notices come in series, and what a notice says is kept where it could not be read.

Older notices are put in order into history, so that periods are looked for by their ends; a correction can be
corrected back, so that two notices may have the same content.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0026"

NOW = sa.text("agrimarket_now()")
TIME = sa.DateTime(timezone=True)
IN_FORCE = sa.text("until IS NULL")
OFFICIAL = sa.text("'risk-level'")


def upgrade() -> None:
    op.create_table(
        "zone",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("city_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("counties", postgresql.ARRAY(sa.CHAR(6)), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW),
    )
    op.create_index("uq_zone_city_code", "zone", ["city_code", "key"], unique=True)
    op.create_table(
        "name_answer",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        sa.Column("stated", sa.String(), nullable=False),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False, index=True),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.Column("answered_at", TIME, nullable=False, server_default=NOW),
    )
    op.create_table(
        "bulletin_set_aside",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("bulletin_id", sa.Uuid(), sa.ForeignKey("bulletin.id"), nullable=False, index=True),
        sa.Column("pointer", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
    )
    _columns()
    _indexes()


def _columns() -> None:
    op.add_column("bulletin", sa.Column("series", sa.String(), server_default=OFFICIAL, nullable=False))
    op.add_column("bulletin", sa.Column("licence", sa.String(), server_default="", nullable=False))
    op.add_column("bulletin", sa.Column("expires_at", TIME))
    op.add_column("restriction", sa.Column("series", sa.String(), server_default=OFFICIAL, nullable=False))
    op.add_column("restriction", sa.Column("note", sa.String(), server_default="", nullable=False))
    op.add_column("restriction", sa.Column("zone_id", sa.Uuid(), sa.ForeignKey("zone.id")))


def _indexes() -> None:
    op.drop_constraint("uq_bulletin_sha256", "bulletin", type_="unique")
    op.create_index("ix_bulletin_series", "bulletin", ["series", "published_at"])
    op.create_index("ix_bulletin_sha256", "bulletin", ["sha256"])
    op.create_index("ix_restriction_series", "restriction", ["series", "until"])
    op.create_index("ix_restriction_stated", "restriction", ["stated"])
    op.create_index("ix_restriction_zone_id", "restriction", ["zone_id"])
    op.drop_index("uq_restriction_in_force", "restriction")
    op.create_index(
        "uq_restriction_in_force",
        "restriction",
        ["series", "stated", "level", "whole_area", "note"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    op.create_index("ix_closed_community_restriction_id", "closed_community", ["restriction_id"])


def downgrade() -> None:
    """What the older schema cannot hold goes: other series than the official one, and what was repeated in it."""
    op.drop_index("ix_closed_community_restriction_id", "closed_community")
    op.drop_index("uq_restriction_in_force", "restriction")
    for index in ("series", "stated", "zone_id"):
        op.drop_index(f"ix_restriction_{index}", "restriction")
    op.execute(
        "DELETE FROM closed_community c USING restriction r WHERE r.id = c.restriction_id AND r.series <> 'risk-level'"
    )
    op.execute("DELETE FROM restriction WHERE series <> 'risk-level'")
    op.drop_table("bulletin_set_aside")
    op.execute("DELETE FROM bulletin WHERE series <> 'risk-level'")
    op.execute("""
        DELETE FROM bulletin b USING bulletin newer
        WHERE newer.sha256 = b.sha256 AND newer.id > b.id
          AND NOT EXISTS (SELECT FROM restriction r WHERE b.id IN (r.bulletin_id, r.ended_by_id))
    """)
    for index in ("series", "sha256"):
        op.drop_index(f"ix_bulletin_{index}", "bulletin")
    op.create_unique_constraint("uq_bulletin_sha256", "bulletin", ["sha256"])
    op.create_index(
        "uq_restriction_in_force",
        "restriction",
        ["stated", "level", "whole_area"],
        unique=True,
        postgresql_where=IN_FORCE,
    )
    for table, columns in (("restriction", ("series", "note", "zone_id")), ("bulletin", ("series", "licence"))):
        for column in columns:
            op.drop_column(table, column)
    op.drop_column("bulletin", "expires_at")
    for table in ("name_answer", "zone"):
        op.drop_table(table)
