"""Places are found by every name that people type: short and former ones, sounds, initials, codes.

Empty until the table of regions is loaded again; then the words of full names are looked for, as before.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"

KINDS = "kind IN ('own', 'short', 'other', 'latin', 'sound', 'initials', 'part', 'former', 'code')"


def upgrade() -> None:
    op.create_table(
        "place_name",
        sa.Column("code", sa.CHAR(6), sa.ForeignKey("region.code", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True, index=True),
        sa.Column("shown", sa.String(), nullable=False),
        sa.Column("prominence", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("near", postgresql.ARRAY(sa.String()), nullable=False),
        sa.CheckConstraint(KINDS, name="kind_known"),
    )
    op.create_index(
        "ix_place_name_near", "place_name", ["near"], postgresql_using="gin", postgresql_with={"fastupdate": "off"}
    )


def downgrade() -> None:
    op.drop_table("place_name")
