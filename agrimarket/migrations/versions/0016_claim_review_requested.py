"""A claim whose buyer asked for a review is `review_requested`; an appeal is only a grower's cry for help.

Processes of the version before cannot ask for such a review, nor show one, until they are replaced.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

STATES = "state IN ('submitted', 'evidence_requested', 'under_review', 'approved', 'settled', 'rejected', '{}')"


def upgrade() -> None:
    _rename("appealed", "review_requested")


def downgrade() -> None:
    _rename("review_requested", "appealed")


def _rename(before: str, since: str) -> None:
    """Rename the state; few claims wait for a review at a time, and the table is small enough to be checked at once."""
    op.drop_constraint(op.f("ck_claim_state_known"), "claim")
    op.execute(f"UPDATE claim SET state = '{since}' WHERE state = '{before}'")  # noqa: S608  # made of constants
    op.create_check_constraint(op.f("ck_claim_state_known"), "claim", STATES.format(since))
