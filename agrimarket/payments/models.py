"""Tables of `payments`: the ledger, payments and their splits, what goes back, and what goes on to sellers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.payments.states import (
    BankAccountState,
    CallState,
    LedgerKind,
    Operation,
    PaymentMethod,
    PaymentState,
    PayoutState,
    RefundState,
    ReversalState,
    TransferState,
)

_CURRENCY = "currency ~ '^[A-Z]{3}$'"


def _currency_check() -> CheckConstraint:
    return CheckConstraint(_CURRENCY, name="currency_iso")


class LedgerAccount(SQLModel, table=True):
    """One account of the chart, in one currency; `owner_id` is the seller where each has their own."""

    __tablename__ = "ledger_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("kind", "owner_id", "currency", postgresql_nulls_not_distinct=True),
        UniqueConstraint("id", "currency"),
        state_check(LedgerKind, "kind"),
        _currency_check(),
    )

    id: UUID = id_field()
    kind: LedgerKind = state_field()
    owner_id: UUID | None = Field(default=None, foreign_key="seller.id", index=True)
    currency: str
    created_at: datetime = created_at_field()


class JournalEntry(SQLModel, table=True):
    """One movement of money. Its key makes it happen once; `postings` is how many lines it has, for ever."""

    __tablename__ = "journal_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("postings >= 2", name="postings_two"),)

    id: UUID = id_field()
    key: str = Field(unique=True)
    kind: str
    source_type: str
    source_id: UUID
    postings: int
    created_at: datetime = created_at_field()


class Posting(SQLModel, table=True):
    """One line of an entry, in minor units: debits are positive, credits negative."""

    __tablename__ = "posting"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        ForeignKeyConstraint(["account_id", "currency"], ["ledger_account.id", "ledger_account.currency"]),
        CheckConstraint("amount <> 0", name="amount_moves"),
        Index("ix_posting_account_id_id", "account_id", "id"),
    )

    id: UUID = id_field()
    entry_id: UUID = Field(foreign_key="journal_entry.id", index=True)
    account_id: UUID
    amount: int = amount_field()
    currency: str


class Payment(SQLModel, table=True):
    """What a buyer pays for one source, such as an order group. `amount` is the ceiling that was authorised."""

    __tablename__ = "payment"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_payment_live_source",
            "source_type",
            "source_id",
            unique=True,
            postgresql_where="state <> 'cancelled'",
        ),
        Index("ix_payment_source", "source_type", "source_id"),
        state_check(PaymentState),
        state_check(PaymentMethod, "method"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
        _currency_check(),
    )

    id: UUID = id_field()
    source_type: str
    source_id: UUID
    payer_id: UUID = Field(foreign_key="person.id", index=True)
    method: PaymentMethod = state_field()
    state: PaymentState = state_field(PaymentState.CREATED)
    amount: int = amount_field()
    captured: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    transfer_group: str
    provider_id: str | None = Field(default=None, unique=True)
    charge_id: str | None = Field(default=None, unique=True)
    client_secret: str | None = None
    redirect_url: str | None = None
    attempts: int = 0
    failure_code: str | None = None
    decline_code: str | None = None
    created_at: datetime = created_at_field()
    settled_at: datetime | None = time_field(nullable=True)


class PaymentSplit(SQLModel, table=True):
    """A seller's part of a payment, in minor units.

    `amount` was authorised; `final` is what the goods cost in the end; `refunded` counts refunds from their request on,
    `transferred` transfers (with what they withheld) from their preparation on, and `clawed_back` what was taken back
    of them or is owed. So net transferred never exceeds captured − refunded − commission.
    """

    __tablename__ = "payment_split"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("payment_id", "reference_id"),
        UniqueConstraint("payment_id", "position"),
        CheckConstraint("amount >= 0 AND final BETWEEN 0 AND amount", name="final_within"),
        CheckConstraint("captured BETWEEN 0 AND amount", name="captured_within"),
        CheckConstraint("refunded BETWEEN 0 AND captured", name="refunded_within"),
        CheckConstraint("commission_bps BETWEEN 0 AND 10000", name="commission_bps_share"),
        CheckConstraint("commission BETWEEN 0 AND captured - refunded", name="commission_within"),
        CheckConstraint("clawed_back BETWEEN 0 AND transferred", name="clawed_back_within"),
        CheckConstraint("transferred - clawed_back <= captured - refunded - commission", name="transferred_within"),
    )

    id: UUID = id_field()
    payment_id: UUID = Field(foreign_key="payment.id")
    position: int
    reference_id: UUID = Field(index=True)
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    currency: str = DEFAULT_CURRENCY
    amount: int = amount_field()
    commission_bps: int
    final: int | None = amount_field(default=None, nullable=True)
    captured: int = amount_field(default=0)
    refunded: int = amount_field(default=0)
    commission: int = amount_field(default=0)
    transferred: int = amount_field(default=0)
    clawed_back: int = amount_field(default=0)
    created_at: datetime = created_at_field()


class Hold(SQLModel, table=True):
    """Money of a split that is not sent while a claim is open."""

    __tablename__ = "hold"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)

    id: UUID = id_field()
    split_id: UUID = Field(foreign_key="payment_split.id", index=True)
    amount: int = amount_field()
    created_at: datetime = created_at_field()
    released_at: datetime | None = time_field(nullable=True)


class Refund(SQLModel, table=True):
    """Money back to the buyer. `settlement` ones return what was captured above the final amount."""

    __tablename__ = "refund"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(RefundState),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    id: UUID = id_field()
    payment_id: UUID = Field(foreign_key="payment.id", index=True)
    split_id: UUID = Field(foreign_key="payment_split.id", index=True)
    key: str = Field(unique=True)
    amount: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    reason: str
    settlement: bool = False
    state: RefundState = state_field(RefundState.REQUESTED)
    provider_id: str | None = Field(default=None, unique=True)
    failure_code: str | None = None
    created_at: datetime = created_at_field()


class ProviderCall(SQLModel, table=True):
    """A call that moves money, and its idempotency key: written before the call and kept for ever (invariant 11).

    `called_at` is when its newest attempt began; `retry_at` when the sweep looks at it again.
    """

    __tablename__ = "provider_call"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("operation", "subject_id", "attempt"),
        state_check(CallState),
        state_check(Operation, "operation"),
        Index("ix_provider_call_open", "retry_at", postgresql_where="state IN ('intent', 'unresolved')"),
    )

    id: UUID = id_field()
    key: str = Field(unique=True)
    operation: Operation = state_field()
    subject_id: UUID
    attempt: int = 1
    request: dict[str, Any] = json_field()
    state: CallState = state_field(CallState.INTENT)
    result: dict[str, Any] | None = json_field(nullable=True)
    error: str | None = None
    calls: int = 0
    created_at: datetime = created_at_field()
    called_at: datetime | None = time_field(nullable=True)
    retry_at: datetime = created_at_field()
    finished_at: datetime | None = time_field(nullable=True)


class PayoutAccount(SQLModel, table=True):
    """Where a seller is paid: their account at a provider, and what it may do. Told anew by every look at it.

    `has_funds`: money has come to it since the last payout left, so that the payout sweep looks at it.
    """

    __tablename__ = "payout_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("provider IN ('stripe', 'manual')", name="provider_known"),
        CheckConstraint(
            "provider = 'manual' OR provider_id IS NOT NULL OR NOT transfers_enabled AND NOT payouts_enabled",
            name="enabled",
        ),
        Index("ix_payout_account_funded", "id", postgresql_where="has_funds"),
        _currency_check(),
    )

    id: UUID = id_field()
    seller_id: UUID = Field(foreign_key="seller.id", unique=True)
    provider: str = "stripe"
    provider_id: str | None = Field(default=None, unique=True)
    country: str
    currency: str = DEFAULT_CURRENCY
    details_submitted: bool = False
    transfers_enabled: bool = False
    payouts_enabled: bool = False
    has_funds: bool = False
    requirements: list[str] = Field(default_factory=list, sa_type=ARRAY(String), nullable=False)  # type: ignore[call-overload]  # an instance is meant
    created_at: datetime = created_at_field()
    checked_at: datetime | None = time_field(nullable=True, index=True)


class BankAccount(SQLModel, table=True):
    """Where a seller of the `manual` provider banks. Holder and number are sealed; a change makes a new row."""

    __tablename__ = "bank_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(BankAccountState),
        Index("uq_bank_account_current", "payout_account_id", unique=True, postgresql_where="state <> 'replaced'"),
        CheckConstraint("state NOT IN ('checked', 'verified') OR checked_by IS NOT NULL", name="checked_by_one"),
        CheckConstraint(
            "state <> 'verified' OR verified_by IS NOT NULL AND verified_by <> checked_by", name="verified_by_another"
        ),
    )

    id: UUID = id_field()
    payout_account_id: UUID = Field(foreign_key="payout_account.id", index=True)
    state: BankAccountState = state_field(BankAccountState.GIVEN)
    bank_name: str
    country: str
    sealed: bytes
    lookup: bytes = Field(index=True)
    masked_holder: str
    masked_number: str
    checked_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    verified_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime = created_at_field()


class Transfer(SQLModel, table=True):
    """Money of one split to its seller's account at the provider; `withheld` pays what the seller owed us."""

    __tablename__ = "transfer"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("split_id", "sequence"),
        Index(
            "uq_transfer_open_split",
            "split_id",
            unique=True,
            postgresql_where="state IN ('due', 'sending', 'unresolved', 'failed')",
        ),
        Index("ix_transfer_due", "due_at", postgresql_where="state IN ('due', 'failed')"),
        state_check(TransferState),
        CheckConstraint("amount >= 0 AND withheld >= 0 AND reversed BETWEEN 0 AND amount", name="amounts"),
    )

    id: UUID = id_field()
    split_id: UUID = Field(foreign_key="payment_split.id")
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    sequence: int = 1
    state: TransferState = state_field(TransferState.DUE)
    due_at: datetime = time_field()
    amount: int = amount_field(default=0)
    withheld: int = amount_field(default=0)
    reversed: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    attempts: int = 0
    provider_id: str | None = Field(default=None, unique=True)
    failure_code: str | None = None
    created_at: datetime = created_at_field()
    sent_at: datetime | None = time_field(nullable=True)


class TransferReversal(SQLModel, table=True):
    """What a refund takes back of a transfer: `reversed` came back, `shortfall` the seller owes."""

    __tablename__ = "transfer_reversal"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("refund_id", "transfer_id"),
        state_check(ReversalState),
        CheckConstraint("amount > 0 AND reversed >= 0 AND shortfall >= 0", name="amounts"),
        CheckConstraint("reversed + shortfall <= amount", name="parts_within"),
    )

    id: UUID = id_field()
    transfer_id: UUID = Field(foreign_key="transfer.id", index=True)
    refund_id: UUID = Field(foreign_key="refund.id")
    amount: int = amount_field()
    reversed: int = amount_field(default=0)
    shortfall: int = amount_field(default=0)
    currency: str = DEFAULT_CURRENCY
    state: ReversalState = state_field(ReversalState.WAITING)
    provider_id: str | None = Field(default=None, unique=True)
    created_at: datetime = created_at_field()


class Payout(SQLModel, table=True):
    """Money to a seller's bank, from their account at the provider or by a bank transfer with our `reference`."""

    __tablename__ = "payout"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_payout_open_account",
            "payout_account_id",
            unique=True,
            postgresql_where="state IN ('scheduled', 'held', 'unresolved')",
        ),
        Index("ix_payout_state", "state", postgresql_where="state IN ('scheduled', 'held', 'in_transit')"),
        state_check(PayoutState),
        CheckConstraint("amount > 0", name="amount_positive"),
        _currency_check(),
    )

    id: UUID = id_field()
    payout_account_id: UUID = Field(foreign_key="payout_account.id", index=True)
    seller_id: UUID = Field(foreign_key="seller.id", index=True)
    amount: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    state: PayoutState = state_field(PayoutState.SCHEDULED)
    provider_id: str | None = Field(default=None, unique=True)
    reference: str | None = None
    failure_code: str | None = None
    arrives_at: datetime | None = time_field(nullable=True)
    created_at: datetime = created_at_field()
    checked_at: datetime | None = time_field(nullable=True)


class Reconciliation(SQLModel, table=True):
    """One comparison of our ledger with the provider's balances. `differences` is empty where they agree."""

    __tablename__ = "reconciliation"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    accounts: int
    in_flight: int
    differences: list[dict[str, Any]] = json_field()
    created_at: datetime = created_at_field(index=True)


class ProviderCursor(SQLModel, table=True):
    """Up to which moment, in the provider's Unix seconds, its events have been listed."""

    __tablename__ = "provider_cursor"  # pyright: ignore[reportAssignmentType]

    source: str = Field(primary_key=True)
    position: int = amount_field()
