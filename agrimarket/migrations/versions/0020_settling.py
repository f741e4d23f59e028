"""Payments that are being settled are found without reading the others."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index("ix_payment_settling", "payment", ["id"], postgresql_where=sa.text("state = 'settling'"))


def downgrade() -> None:
    op.drop_index("ix_payment_settling", "payment")
