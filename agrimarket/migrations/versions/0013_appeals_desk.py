"""The appeals desk: who holds an appeal, when someone called about it, and what came of each call."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

NOW = sa.text("agrimarket_now()")
OUTCOMES = "'reached', 'not_reached', 'sold_meanwhile', 'wrong_number'"
HELD = ("reviewer_id", "held_until", "fence", "called_at", "call_outcome", "call_again_at")
CHECKS = {
    "call_outcome_known": f"call_outcome IN ({OUTCOMES})",
    "called_with_outcome": "(called_at IS NULL) = (call_outcome IS NULL)",
    "called_again": "call_again_at IS NULL OR (call_outcome IS NOT NULL AND call_outcome = 'not_reached')",
    "held_by_someone": "held_until IS NULL OR reviewer_id IS NOT NULL",
}


def _time(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def upgrade() -> None:
    op.add_column("appeal", sa.Column("reviewer_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True))
    op.create_index("ix_appeal_reviewer_id", "appeal", ["reviewer_id"])
    op.add_column("appeal", _time("held_until"))
    op.add_column("appeal", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("appeal", _time("called_at"))
    op.add_column("appeal", sa.Column("call_outcome", sa.String(), nullable=True))
    op.add_column("appeal", _time("call_again_at"))
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_appeal_{name}"), "appeal", condition)
    op.create_index(
        "ix_appeal_queue", "appeal", ["created_at"], postgresql_where=sa.text("state IN ('received', 'triaged')")
    )
    op.create_table(
        "appeal_call",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("appeal_id", sa.Uuid(), sa.ForeignKey("appeal.id"), nullable=False),
        sa.Column("operator_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("promised_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.UniqueConstraint("appeal_id", "fence"),
        sa.CheckConstraint(f"outcome IN ({OUTCOMES})", name="outcome_known"),
    )
    op.execute("""
        CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON appeal_call
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)
    op.execute("""
        CREATE TRIGGER only_forgotten BEFORE UPDATE ON appeal_call FOR EACH ROW
        WHEN (new.note <> '' OR to_jsonb(new) - 'note' IS DISTINCT FROM to_jsonb(old) - 'note')
        EXECUTE FUNCTION refuse_change()
    """)
    # Nobody waits any more for the handler that called an appeal triaged as soon as it was in.
    op.execute("""
        UPDATE delivery SET state = 'handled', handled_at = agrimarket_now()
        WHERE handler = 'onboarding.triage' AND state <> 'handled'
    """)


def downgrade() -> None:
    op.drop_table("appeal_call")
    op.drop_index("ix_appeal_queue", "appeal")
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_appeal_{name}"), "appeal")
    for name in HELD:
        op.drop_column("appeal", name)
