"""Staff can say that a bank account is not right: it is `refused`, with a reason that its seller reads.

Both columns may be empty, so rows and processes of the version before go on as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0020"

STATES = "state IN ('given', 'checked', 'verified', 'replaced'{})"


def upgrade() -> None:
    op.add_column("bank_account", sa.Column("refused_by", sa.Uuid(), nullable=True))
    op.add_column("bank_account", sa.Column("refusal", sa.String(), nullable=True))
    op.create_foreign_key(op.f("fk_bank_account_refused_by_person"), "bank_account", "person", ["refused_by"], ["id"])
    op.create_index(op.f("ix_bank_account_refused_by"), "bank_account", ["refused_by"])
    op.drop_constraint(op.f("ck_bank_account_state_known"), "bank_account")
    op.create_check_constraint(op.f("ck_bank_account_state_known"), "bank_account", STATES.format(", 'refused'"))
    op.create_check_constraint(
        op.f("ck_bank_account_refused_for_a_reason"),
        "bank_account",
        "state <> 'refused' OR refused_by IS NOT NULL AND refusal <> ''",
    )


def downgrade() -> None:
    op.execute("UPDATE bank_account SET state = 'given', checked_by = NULL WHERE state = 'refused'")
    op.drop_constraint(op.f("ck_bank_account_refused_for_a_reason"), "bank_account")
    op.drop_constraint(op.f("ck_bank_account_state_known"), "bank_account")
    op.create_check_constraint(op.f("ck_bank_account_state_known"), "bank_account", STATES.format(""))
    op.drop_column("bank_account", "refusal")
    op.drop_column("bank_account", "refused_by")
