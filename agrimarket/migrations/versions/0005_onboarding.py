"""Tables of `onboarding`: appeals, applications, their secrets, requests and checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

NOW = sa.text("agrimarket_now()")
OPEN = "'draft', 'submitted', 'in_review', 'info_requested'"


def _id() -> sa.Column:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _time(name: str, *, default: bool = False, nullable: bool = False, index: bool = False) -> sa.Column:
    server_default = NOW if default else None
    return sa.Column(
        name, sa.DateTime(timezone=True), nullable=nullable, server_default=server_default, index=index or None
    )


def _to(name: str, target: str, *, nullable: bool = False, index: bool = True) -> sa.Column:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(target), nullable=nullable, index=index or None)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE appeal_number START 100001")
    op.create_table(
        "application",
        _id(),
        _to("person_id", "person.id"),
        _to("filed_by", "person.id", nullable=True),
        _to("previous_id", "application.id", nullable=True),
        _to("seller_id", "seller.id", nullable=True),
        _text("kind"),
        sa.Column("form_version", sa.Integer(), nullable=False),
        _text("state"),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("language"),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), index=True),
        _text("product"),
        sa.Column("grams", sa.BigInteger()),
        _time("spoils_at", nullable=True),
        _to("reviewer_id", "person.id", nullable=True),
        _time("held_until", nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        _text("reason"),
        sa.Column("exposure_limit", sa.BigInteger()),
        _time("created_at", default=True),
        _time("updated_at", default=True),
        _time("submitted_at", nullable=True),
        _time("decided_at", nullable=True),
        sa.CheckConstraint("kind IN ('farmer', 'cooperative', 'enterprise')", name="kind_known"),
        sa.CheckConstraint(f"state IN ({OPEN}, 'approved', 'rejected', 'withdrawn', 'suspended')", name="state_known"),
        sa.CheckConstraint("version > 0", name="version_positive"),
        sa.CheckConstraint("grams > 0", name="grams_positive"),
        sa.CheckConstraint("exposure_limit >= 0", name="limit_not_negative"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'suspended') OR seller_id IS NOT NULL", name="approved_has_seller"
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'withdrawn') OR "
            "(grams IS NOT NULL AND spoils_at IS NOT NULL AND region_code IS NOT NULL AND submitted_at IS NOT NULL)",
            name="submitted_is_complete",
        ),
    )
    op.create_index(
        "uq_application_open", "application", ["person_id"], unique=True, postgresql_where=sa.text(f"state IN ({OPEN})")
    )
    op.create_index(
        "ix_application_queue",
        "application",
        ["submitted_at"],
        postgresql_include=["grams", "spoils_at", "held_until"],
        postgresql_where=sa.text("state IN ('submitted', 'in_review')"),
    )
    op.create_table(
        "appeal",
        _id(),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, unique=True, server_default=sa.text("nextval('appeal_number')")
        ),
        _to("person_id", "person.id"),
        _to("filed_by", "person.id", nullable=True),
        _to("application_id", "application.id", nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("region_code", sa.CHAR(6), sa.ForeignKey("region.code"), nullable=False, index=True),
        _text("product"),
        _text("product_key"),
        sa.Column("grams", sa.BigInteger()),
        _text("quantity_text"),
        _time("spoils_at"),
        _time("answer_by"),
        _text("truck_access"),
        _text("note"),
        _text("state"),
        sa.Column("reports", sa.Integer(), nullable=False),
        _time("created_at", default=True, index=True),
        _time("reported_at", default=True),
        _time("joins_until"),
        sa.CheckConstraint("state IN ('received', 'triaged', 'linked', 'closed')", name="state_known"),
        sa.CheckConstraint("truck_access IN ('yes', 'small', 'no', 'unknown')", name="truck_access_known"),
        sa.CheckConstraint("grams > 0", name="grams_positive"),
        sa.CheckConstraint("reports > 0", name="reports_positive"),
        sa.CheckConstraint("(state = 'linked') = (application_id IS NOT NULL)", name="linked_to_application"),
        postgresql.ExcludeConstraint(
            ("person_id", "="),
            ("region_code", "="),
            ("product_key", "="),
            (sa.text("tstzrange(created_at, joins_until)"), "&&"),
            name="ex_appeal_duplicate",
            using="gist",
            where=sa.text("state <> 'closed'"),
        ),
    )
    op.create_table(
        "application_secret",
        sa.Column("application_id", sa.Uuid(), sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("field", sa.String(), primary_key=True),
        _text("step"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        _text("masked"),
    )
    op.create_index("ix_application_secret_lookup", "application_secret", ["field", "lookup"])
    op.create_table(
        "info_request",
        _id(),
        _to("application_id", "application.id"),
        _to("asked_by", "person.id"),
        _text("step"),
        _text("reason"),
        _text("note"),
        _time("asked_at", default=True),
        _time("answered_at", nullable=True),
    )
    op.create_index(
        "uq_info_request_open",
        "info_request",
        ["application_id", "step", "reason"],
        unique=True,
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_table(
        "application_check",
        _id(),
        _to("application_id", "application.id", index=False),
        _text("requirement"),
        _to("checked_by", "person.id"),
        _time("checked_at", default=True),
        sa.UniqueConstraint("application_id", "requirement"),
    )
    op.create_table(
        "document",
        _id(),
        _to("application_id", "application.id"),
        _to("uploaded_by", "person.id"),
        _text("name"),
        _text("media_type"),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("parts", postgresql.JSONB(), nullable=False),
        _text("state"),
        _text("reason"),
        _text("key"),
        sa.Column("sha256", sa.LargeBinary()),
        _time("created_at", default=True),
        sa.CheckConstraint("state IN ('uploading', 'stored', 'refused')", name="state_known"),
        sa.CheckConstraint("received BETWEEN 0 AND length", name="received_within_length"),
        sa.CheckConstraint("state <> 'stored' OR (key <> '' AND sha256 IS NOT NULL)", name="stored_is_somewhere"),
    )
    op.create_index(
        "uq_document_content",
        "document",
        ["application_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("state = 'stored'"),
    )
    op.create_table(
        "appeal_draft",
        _id(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _time("updated_at", default=True, index=True),
    )


def downgrade() -> None:
    for table in (
        "appeal_draft",
        "document",
        "application_check",
        "info_request",
        "application_secret",
        "appeal",
        "application",
    ):
        op.drop_table(table)
    op.execute("DROP SEQUENCE appeal_number")
