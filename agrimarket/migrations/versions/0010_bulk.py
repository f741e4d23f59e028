"""Imports of members: files, their rows, and what was filed for each member."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

NOW = sa.text("agrimarket_now()")


def _time(name: str, *, default: bool = False, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=NOW if default else None)


def _to(name: str, target: str, *, nullable: bool = False, index: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=index or None)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "member_import",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _to("importer_id", "person.id", index=False),
        _to("uploaded_by", "person.id"),
        _text("file_name"),
        _text("format"),
        _text("encoding"),
        _text("delimiter"),
        sa.Column("header", postgresql.JSONB(), nullable=False),
        _text("state"),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("total", "faulty", "loaded", "updated", "known", "failed")
        ),
        _time("created_at", default=True),
        _time("started_at", nullable=True),
        _time("ended_at", nullable=True),
        sa.CheckConstraint("state IN ('checked', 'loading', 'loaded', 'cancelled')", name="state_known"),
        sa.CheckConstraint("format IN ('csv', 'xlsx')", name="format_known"),
        sa.CheckConstraint("total > 0 AND faulty BETWEEN 0 AND total", name="faulty_within_total"),
        sa.CheckConstraint(
            "loaded >= 0 AND updated >= 0 AND known >= 0 AND failed >= 0 "
            "AND loaded + updated + known + failed <= total - faulty",
            name="done_within_ready",
        ),
    )
    op.create_index("ix_member_import_importer_id_id", "member_import", ["importer_id", "id"])
    op.create_table(
        "member_filing",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _to("importer_id", "person.id", index=False),
        _to("person_id", "person.id", index=False),
        _to("import_id", "member_import.id"),
        _to("appeal_id", "appeal.id", nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False, index=True),
        _text("product"),
        _text("product_key"),
        sa.Column("grams", sa.BigInteger()),
        _text("quantity_text"),
        _time("spoils_at"),
        _text("note"),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _text("state"),
        _time("created_at", default=True),
        _time("answered_at", nullable=True),
        sa.UniqueConstraint("importer_id", "person_id", "product_key"),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'declined')", name="state_known"),
        sa.CheckConstraint("grams > 0", name="grams_positive"),
        sa.CheckConstraint("(state = 'confirmed') = (appeal_id IS NOT NULL)", name="confirmed_has_appeal"),
    )
    op.create_index("ix_member_filing_person_id_id", "member_filing", ["person_id", "id"])
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("member_import.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        _text("state"),
        _to("filing_id", "member_filing.id", nullable=True),
        sa.CheckConstraint("state IN ('ready', 'error', 'loaded', 'updated', 'known', 'failed')", name="state_known"),
        sa.CheckConstraint("number > 0", name="number_positive"),
        sa.CheckConstraint("(state = 'error') = (faults <> '[]'::jsonb)", name="error_has_faults"),
    )
    op.create_index("ix_import_row_state", "import_row", ["import_id", "state", "number"])


def downgrade() -> None:
    for table in ("import_row", "member_filing", "member_import"):
        op.drop_table(table)
