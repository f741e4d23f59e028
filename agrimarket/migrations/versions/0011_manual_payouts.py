"""Payouts by bank transfer: bank accounts that two operators verify, references, and our own bank in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TIME = sa.DateTime(timezone=True)
KINDS = (
    "provider_balance",
    "connected_balance",
    "payouts_in_transit",
    "seller_receivable",
    "disputed",
    "buyer_funds",
    "refunds_payable",
    "seller_payable",
    "commission_revenue",
    "provider_fees",
    "dispute_losses",
    "hardship",
)
ENABLED = "provider_id IS NOT NULL OR NOT transfers_enabled AND NOT payouts_enabled"


def _person(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey("person.id"), nullable=True, index=True)


def _check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)


def _kinds(*kinds: str) -> None:
    _check("ledger_account", "kind_known", f"kind IN ({', '.join(repr(kind) for kind in kinds)})")


def upgrade() -> None:
    _kinds(*KINDS, "operating_bank")
    _check("payout_account", "enabled", f"provider = 'manual' OR {ENABLED}")
    op.add_column("payout", sa.Column("reference", sa.String(), nullable=True))
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("payout_account_id", sa.Uuid(), sa.ForeignKey("payout_account.id"), nullable=False, index=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "bank_name", "country")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False, index=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("masked_holder", "masked_number")),
        _person("checked_by"),
        _person("verified_by"),
        sa.Column("created_at", TIME, nullable=False, server_default=sa.text("agrimarket_now()")),
        sa.CheckConstraint("state IN ('given', 'checked', 'verified', 'replaced')", name="state_known"),
        sa.CheckConstraint("state NOT IN ('checked', 'verified') OR checked_by IS NOT NULL", name="checked_by_one"),
        sa.CheckConstraint(
            "state <> 'verified' OR verified_by IS NOT NULL AND verified_by <> checked_by", name="verified_by_another"
        ),
    )
    op.create_index(
        "uq_bank_account_current",
        "bank_account",
        ["payout_account_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'replaced'"),
    )


def downgrade() -> None:
    op.drop_table("bank_account")
    op.drop_column("payout", "reference")
    _check("payout_account", "enabled", ENABLED)
    _kinds(*KINDS)
