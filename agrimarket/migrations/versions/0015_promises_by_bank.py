"""What sellers are promised about bank accounts and transfers stands in the row, whatever the drive's file says."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for table in ("bank_account", "payout"):
        op.add_column(table, sa.Column("promised_by", sa.DateTime(timezone=True), nullable=True))
    # Both windows were 48 hours until now.
    op.execute("UPDATE bank_account SET promised_by = created_at + interval '48 hours'")
    op.execute("""
        UPDATE payout AS p SET promised_by = p.created_at + interval '48 hours'
        FROM payout_account AS a WHERE a.id = p.payout_account_id AND a.provider = 'manual'
    """)
    # The default serves processes of the version before, which go on while this one is brought in.
    default = sa.text("now() + interval '48 hours'")
    op.alter_column("bank_account", "promised_by", nullable=False, server_default=default)


def downgrade() -> None:
    for table in ("bank_account", "payout"):
        op.drop_column(table, "promised_by")
