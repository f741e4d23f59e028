"""Invitations by which members of staff set their own password and authenticator; a sign-in code may be a long one.

A process of the version before makes short codes and enrols staff without invitations.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

NOW = sa.text("agrimarket_now()")


def upgrade() -> None:
    op.create_table(
        "staff_invitation",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("person_id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.add_column("sign_in_code", sa.Column("long", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("sign_in_code", "long")
    op.drop_table("staff_invitation")
