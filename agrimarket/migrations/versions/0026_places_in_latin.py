"""Places have their names in Latin letters too, by which they are found and which English pages show.

Empty until the table of regions is loaded again; then the Chinese name is shown.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("region", sa.Column("latin", sa.String(), server_default="", nullable=False))
    op.alter_column("region", "latin", server_default=None)


def downgrade() -> None:
    op.drop_column("region", "latin")
