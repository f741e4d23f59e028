"""Bank accounts of sellers who are paid by bank transfer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import created_at_field, id_field, state_check, state_field, time_field
from agrimarket.payments.states import BankAccountState


class BankAccount(SQLModel, table=True):
    """The bank account of a seller who is paid by bank transfer. Holder and number are encrypted (`sealed`).

    A change makes a new row and leaves the old one `replaced`. `lookup` finds the same number at another seller.
    `promised_by`: when two operators will have verified it, as the seller was told. `refusal` is why `refused_by` found
    it not right, in words that the seller reads.
    """

    __tablename__ = "bank_account"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(BankAccountState),
        Index("uq_bank_account_current", "payout_account_id", unique=True, postgresql_where="state <> 'replaced'"),
        CheckConstraint("state NOT IN ('checked', 'verified') OR checked_by IS NOT NULL", name="checked_by_one"),
        CheckConstraint(
            "state <> 'verified' OR verified_by IS NOT NULL AND verified_by <> checked_by", name="verified_by_another"
        ),
        CheckConstraint("state <> 'refused' OR refused_by IS NOT NULL AND refusal <> ''", name="refused_for_a_reason"),
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
    refused_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    refusal: str | None = None
    created_at: datetime = created_at_field()
    promised_by: datetime = time_field()
