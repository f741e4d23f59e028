"""Tables of `payments`: ledger, payments, splits, refunds, transfers, payouts, provider calls, reconciliations."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

NOW = sa.text("agrimarket_now()")
TIME = sa.DateTime(timezone=True)


def _id() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), primary_key=True)


def _created() -> sa.Column[object]:
    return sa.Column("created_at", TIME, nullable=False, server_default=NOW)


def _to(table: str, column: str, *, index: bool = True, unique: bool = False, nullable: bool = False) -> list[object]:
    return [sa.Column(column, sa.Uuid(), sa.ForeignKey(f"{table}.id"), nullable=nullable, index=index, unique=unique)]


def _amount(name: str, default: int | None = None, *, nullable: bool = False) -> sa.Column[object]:
    server_default = None if default is None else str(default)
    return sa.Column(name, sa.BigInteger(), nullable=nullable, server_default=server_default)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def _currency() -> list[object]:
    return [_text("currency"), sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso")]


def upgrade() -> None:
    _ledger()
    _immutability()
    _payments()
    _provider()
    _sellers()
    _control()


def _ledger() -> None:
    op.create_table(
        "ledger_account",
        _id(),
        _text("kind"),
        *_to("seller", "owner_id", nullable=True),
        *_currency(),
        _created(),
        sa.UniqueConstraint("kind", "owner_id", "currency", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("id", "currency"),
        _one_of(
            "kind",
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
        ),
    )
    op.create_table(
        "journal_entry",
        _id(),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        _text("kind"),
        _text("source_type"),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("postings", sa.Integer(), nullable=False),
        _created(),
        sa.CheckConstraint("postings >= 2", name="postings_two"),
    )
    op.create_table(
        "posting",
        _id(),
        *_to("journal_entry", "entry_id"),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _amount("amount"),
        _text("currency"),
        sa.ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
        sa.CheckConstraint("amount <> 0", name="amount_moves"),
    )
    op.create_index("ix_posting_account_id_id", "posting", ["account_id", "id"])


def _immutability() -> None:
    op.execute("""
        CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'ledger entries are never changed; post a reversing entry'
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """)
    for table in ("journal_entry", "posting"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
        """)
    op.execute("""
        CREATE FUNCTION ledger_is_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            entry uuid := CASE TG_TABLE_NAME WHEN 'posting' THEN (to_jsonb(NEW) ->> 'entry_id')::uuid ELSE NEW.id END;
            lines integer;
        BEGIN
            SELECT postings INTO lines FROM public.journal_entry WHERE id = entry;
            IF lines <> (SELECT count(*) FROM public.posting WHERE entry_id = entry) THEN
                RAISE EXCEPTION 'entry % does not have its % postings', entry, lines
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF EXISTS (
                SELECT FROM public.posting WHERE entry_id = entry GROUP BY currency HAVING sum(amount) <> 0
            ) THEN
                RAISE EXCEPTION 'the postings of entry % do not sum to zero', entry
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
    """)
    for table in ("journal_entry", "posting"):
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_is_balanced()
        """)


def _payments() -> None:
    op.create_table(
        "payment",
        _id(),
        _text("source_type"),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        *_to("person", "payer_id"),
        _text("method"),
        _text("state"),
        _amount("amount"),
        _amount("captured", 0),
        *_currency(),
        _text("transfer_group"),
        sa.Column("provider_id", sa.String(), unique=True),
        sa.Column("charge_id", sa.String(), unique=True),
        _text("client_secret", nullable=True),
        _text("redirect_url", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        _text("failure_code", nullable=True),
        _text("decline_code", nullable=True),
        _created(),
        sa.Column("settled_at", TIME),
        _one_of("state", "created", "pending", "failed", "authorised", "captured", "settling", "settled", "cancelled"),
        _one_of("method", "card", "alipay"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
    )
    op.create_index("ix_payment_source", "payment", ["source_type", "source_id"])
    op.create_index(
        "uq_payment_live_source",
        "payment",
        ["source_type", "source_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_table(
        "payment_split",
        _id(),
        *_to("payment", "payment_id", index=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reference_id", sa.Uuid(), nullable=False, index=True),
        *_to("seller", "seller_id"),
        _text("currency"),
        _amount("amount"),
        sa.Column("commission_bps", sa.Integer(), nullable=False),
        _amount("final", nullable=True),
        _amount("captured", 0),
        _amount("refunded", 0),
        _amount("commission", 0),
        _amount("transferred", 0),
        _amount("clawed_back", 0),
        _created(),
        sa.UniqueConstraint("payment_id", "reference_id"),
        sa.UniqueConstraint("payment_id", "position"),
        sa.CheckConstraint("amount >= 0 AND final BETWEEN 0 AND amount", name="final_within"),
        sa.CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
        sa.CheckConstraint("refunded BETWEEN 0 AND captured", name="refunded_within"),
        sa.CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_bps_share"),
        sa.CheckConstraint("commission BETWEEN 0 AND captured - refunded", name="commission_within"),
        sa.CheckConstraint("clawed_back BETWEEN 0 AND transferred", name="clawed_back_within"),
        sa.CheckConstraint("transferred - clawed_back <= captured - refunded - commission", name="transferred_within"),
    )
    op.create_table(
        "hold",
        _id(),
        *_to("payment_split", "split_id"),
        _amount("amount"),
        _created(),
        sa.Column("released_at", TIME),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )
    op.create_table(
        "refund",
        _id(),
        *_to("payment", "payment_id"),
        *_to("payment_split", "split_id"),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        _amount("amount"),
        _text("currency"),
        _text("reason"),
        sa.Column("settlement", sa.Boolean(), nullable=False),
        _text("state"),
        sa.Column("provider_id", sa.String(), unique=True),
        _text("failure_code", nullable=True),
        _created(),
        _one_of("state", "requested", "pending", "succeeded", "failed", "unresolved"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )


def _provider() -> None:
    op.create_table(
        "provider_call",
        _id(),
        sa.Column("key", sa.String(), nullable=False, unique=True),
        _text("operation"),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("request", postgresql.JSONB(), nullable=False),
        _text("state"),
        sa.Column("result", postgresql.JSONB()),
        _text("error", nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0"),
        _created(),
        sa.Column("called_at", TIME),
        sa.Column("retry_at", TIME, nullable=False, server_default=NOW),
        sa.Column("finished_at", TIME),
        sa.UniqueConstraint("operation", "subject_id", "attempt"),
        _one_of("state", "intent", "done", "refused", "unresolved"),
        _one_of(
            "operation",
            "create_payment",
            "confirm_payment",
            "capture",
            "cancel_payment",
            "refund",
            "transfer",
            "reverse_transfer",
            "payout",
            "open_account",
        ),
    )
    op.create_index(
        "ix_provider_call_open",
        "provider_call",
        ["retry_at"],
        postgresql_where=sa.text("state IN ('intent', 'unresolved')"),
    )


def _sellers() -> None:
    op.create_table(
        "payout_account",
        _id(),
        *_to("seller", "seller_id", index=False, unique=True),
        _text("provider"),
        sa.Column("provider_id", sa.String(), unique=True),
        _text("country"),
        *_currency(),
        sa.Column("details_submitted", sa.Boolean(), nullable=False),
        sa.Column("transfers_enabled", sa.Boolean(), nullable=False),
        sa.Column("payouts_enabled", sa.Boolean(), nullable=False),
        sa.Column("has_funds", sa.Boolean(), nullable=False),
        sa.Column("requirements", postgresql.ARRAY(sa.String()), nullable=False),
        _created(),
        sa.Column("checked_at", TIME, index=True),
        _one_of("provider", "stripe", "manual"),
        sa.CheckConstraint("provider_id IS NOT NULL OR NOT transfers_enabled AND NOT payouts_enabled", name="enabled"),
    )
    op.create_index("ix_payout_account_funded", "payout_account", ["id"], postgresql_where=sa.text("has_funds"))
    op.create_table(
        "transfer",
        _id(),
        *_to("payment_split", "split_id", index=False),
        *_to("seller", "seller_id"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        _text("state"),
        sa.Column("due_at", TIME, nullable=False),
        _amount("amount"),
        _amount("withheld", 0),
        _amount("reversed", 0),
        _text("currency"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("provider_id", sa.String(), unique=True),
        _text("failure_code", nullable=True),
        _created(),
        sa.Column("sent_at", TIME),
        sa.UniqueConstraint("split_id", "sequence"),
        _one_of("state", "due", "sending", "sent", "reversed", "failed", "unresolved", "cancelled"),
        sa.CheckConstraint("amount >= 0 AND withheld >= 0 AND reversed BETWEEN 0 AND amount", name="amounts"),
    )
    op.create_index(
        "uq_transfer_open_split",
        "transfer",
        ["split_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('due', 'sending', 'unresolved', 'failed')"),
    )
    op.create_index("ix_transfer_due", "transfer", ["due_at"], postgresql_where=sa.text("state IN ('due', 'failed')"))
    op.create_table(
        "transfer_reversal",
        _id(),
        *_to("transfer", "transfer_id"),
        *_to("refund", "refund_id", index=False),
        _amount("amount"),
        _amount("reversed", 0),
        _amount("shortfall", 0),
        _text("currency"),
        _text("state"),
        sa.Column("provider_id", sa.String(), unique=True),
        _created(),
        sa.UniqueConstraint("refund_id", "transfer_id"),
        _one_of("state", "waiting", "requested", "succeeded", "short", "cancelled", "unresolved"),
        sa.CheckConstraint("amount > 0 AND reversed >= 0 AND shortfall >= 0", name="amounts"),
        sa.CheckConstraint("reversed + shortfall <= amount", name="parts_within"),
    )
    op.create_table(
        "payout",
        _id(),
        *_to("payout_account", "payout_account_id"),
        *_to("seller", "seller_id"),
        _amount("amount"),
        *_currency(),
        _text("state"),
        sa.Column("provider_id", sa.String(), unique=True),
        _text("failure_code", nullable=True),
        sa.Column("arrives_at", TIME),
        _created(),
        sa.Column("checked_at", TIME),
        _one_of("state", "scheduled", "held", "in_transit", "paid", "returned", "failed", "cancelled", "unresolved"),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
    )
    op.create_index(
        "uq_payout_open_account",
        "payout",
        ["payout_account_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('scheduled', 'held', 'unresolved')"),
    )
    op.create_index(
        "ix_payout_state",
        "payout",
        ["state"],
        postgresql_where=sa.text("state IN ('scheduled', 'held', 'in_transit')"),
    )


def _control() -> None:
    op.create_table(
        "reconciliation",
        _id(),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("in_flight", sa.Integer(), nullable=False),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False, server_default=NOW, index=True),
    )
    op.create_table(
        "provider_cursor",
        sa.Column("source", sa.String(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "provider_cursor", "reconciliation", "payout", "transfer_reversal", "transfer", "payout_account",
        "provider_call", "refund", "hold", "payment_split", "payment", "posting", "journal_entry", "ledger_account",
    ):  # fmt: skip
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_is_balanced()")
    op.execute("DROP FUNCTION ledger_is_append_only()")
