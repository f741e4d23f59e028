"""Photos of appeals: a document belongs to an application or to an appeal, and knows how many pages it has."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.alter_column("document", "application_id", nullable=True)
    op.add_column("document", sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id"), nullable=True))
    op.add_column("document", sa.Column("pages", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("document", "pages", server_default=None)
    op.create_index(op.f("ix_document_appeal_id"), "document", ["appeal_id"])
    stored = sa.text("state = 'stored'")
    op.create_index("uq_document_photo", "document", ["appeal_id", "sha256"], unique=True, postgresql_where=stored)
    op.create_check_constraint(op.f("ck_document_of_one"), "document", "num_nonnulls(application_id, appeal_id) = 1")
    op.create_check_constraint(op.f("ck_document_pages_positive"), "document", "pages > 0")


def downgrade() -> None:
    op.execute("DELETE FROM document WHERE appeal_id IS NOT NULL")
    op.drop_column("document", "pages")
    op.drop_column("document", "appeal_id")
    op.alter_column("document", "application_id", nullable=False)
