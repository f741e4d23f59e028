"""Tables of `accounts`: people, roles, sellers, buyers, sign-in, API keys and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

NOW = sa.text("agrimarket_now()")
ROLES = "'seller', 'buyer', 'coach', 'operator', 'integrator'"


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("phone", sa.String()),
        sa.Column("email", sa.String()),
        sa.Column("display_name", sa.String(), nullable=False, server_default=""),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("phone"),
        sa.UniqueConstraint("email"),
        sa.CheckConstraint(r"phone ~ '^\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
        sa.CheckConstraint("language IN ('zh-Hant', 'zh-Hans', 'en')", name="language_known"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("role", sa.String(), primary_key=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint(f"role IN ({ROLES})", name="role_known"),
    )
    op.create_table(
        "seller",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("exposure_limit", sa.BigInteger()),
        sa.Column("currency", sa.String(3), nullable=False, server_default="CNY"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("person_id"),
        sa.CheckConstraint("kind IN ('farmer', 'cooperative', 'enterprise')", name="kind_known"),
        sa.CheckConstraint("standing IN ('pending', 'limited', 'approved', 'suspended')", name="standing_known"),
        sa.CheckConstraint("exposure_limit >= 0", name="exposure_limit_not_negative"),
        sa.CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape"),
    )
    op.create_table(
        "buyer",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("person_id"),
        sa.CheckConstraint(
            "kind IN ('household', 'group_buy_leader', 'canteen', 'supermarket', 'donor')", name="kind_known"
        ),
        sa.CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape"),
    )
    op.create_table(
        "sign_in_code",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("phone"),
        sa.CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts_limited"),
    )
    op.create_table(
        "staff_credential",
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("idle", sa.Interval(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("key_hash"),
        sa.CheckConstraint(f"roles <@ ARRAY[{ROLES}]::varchar[] AND cardinality(roles) > 0", name="roles_known"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), index=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False, index=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("request_id", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
    )
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$
    """)
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    for table in (
        "audit_entry", "api_key", "sign_in_session", "staff_credential", "sign_in_code", "buyer", "seller",
        "person_role", "person",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change()")
