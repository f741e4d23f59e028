"""Staff can be disabled, dead letters know since when they are and can be abandoned, the audit log is searched."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

STAFF = "role IN ('coach', 'operator', 'integrator')"
BEFORE = "state IN ('pending', 'published', 'handled', 'dead')"
SINCE = "state IN ('pending', 'published', 'handled', 'dead', 'abandoned')"


def upgrade() -> None:
    op.add_column("staff_credential", sa.Column("disabled_at", sa.DateTime(timezone=True)))
    op.create_index("ix_person_role_staff", "person_role", ["role", "person_id"], postgresql_where=sa.text(STAFF))
    op.create_index(op.f("ix_audit_entry_action_id"), "audit_entry", ["action", "id"])
    op.create_index(op.f("ix_audit_entry_created_at"), "audit_entry", ["created_at"])
    op.add_column("delivery", sa.Column("died_at", sa.DateTime(timezone=True)))
    _allow(SINCE)


def downgrade() -> None:
    op.execute("UPDATE delivery SET state = 'handled' WHERE state = 'abandoned'")
    _allow(BEFORE)
    op.drop_column("delivery", "died_at")
    op.drop_index(op.f("ix_audit_entry_created_at"), "audit_entry")
    op.drop_index(op.f("ix_audit_entry_action_id"), "audit_entry")
    op.drop_index("ix_person_role_staff", "person_role")
    op.drop_column("staff_credential", "disabled_at")


def _allow(states: str) -> None:
    """Replace the CHECK of a delivery's states; the table holds two weeks of work, so looking at all of it is quick."""
    op.drop_constraint(op.f("ck_delivery_state_known"), "delivery")
    op.create_check_constraint(op.f("ck_delivery_state_known"), "delivery", states)
