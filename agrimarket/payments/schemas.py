"""What goes in and out over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AnyHttpUrl, Field, StringConstraints

from agrimarket.kernel.ids import encode
from agrimarket.kernel.money import Money
from agrimarket.kernel.resources import EntryId, PaymentId, PayoutId, ReconciliationId, SellerId
from agrimarket.kernel.wire import In, Instant, MoneyOut, Out
from agrimarket.payments.ledger import AccountBalance, Entry
from agrimarket.payments.models import Payment, PaymentSplit, Payout, Reconciliation
from agrimarket.payments.service import PaymentMethod, PaymentState, PayoutAccountInfo
from agrimarket.payments.states import LedgerKind, PayoutState


class SplitOut(Out):
    """One seller's part of a payment."""

    reference: Annotated[str, Field(description="What it pays for.", examples=["sor_01m8504b7ye8nbqetv75q9crjn"])]
    amount: MoneyOut
    captured: MoneyOut
    refunded: MoneyOut


class PaymentOut(Out):
    """A payment. `amount` is the ceiling that was authorised; `captured` is what was taken in the end."""

    id: PaymentId
    state: PaymentState
    method: PaymentMethod
    amount: MoneyOut
    captured: MoneyOut
    failure_code: Annotated[str | None, Field(examples=["card_declined"])]
    decline_code: Annotated[str | None, Field(examples=["insufficient_funds"])]
    splits: list[SplitOut]
    created_at: Instant
    settled_at: Instant | None

    @classmethod
    def of(cls, payment: Payment, splits: list[PaymentSplit]) -> "PaymentOut":
        """From the rows."""

        def money(amount: int) -> MoneyOut:
            return MoneyOut.of(Money(amount, payment.currency))

        return cls(
            id=payment.id,
            state=PaymentState(payment.state),
            method=PaymentMethod(payment.method),
            amount=money(payment.amount),
            captured=money(payment.captured),
            failure_code=payment.failure_code,
            decline_code=payment.decline_code,
            splits=[
                SplitOut(
                    reference=_reference(payment.source_type, split.reference_id),
                    amount=money(split.amount),
                    captured=money(split.captured),
                    refunded=money(split.refunded),
                )
                for split in splits
            ],
            created_at=payment.created_at,
            settled_at=payment.settled_at,
        )


def _reference(source_type: str, reference_id: UUID) -> str:
    return encode("sor", reference_id) if source_type == "order_group" else str(reference_id)


class LedgerLine(Out):
    """All accounts of one kind in one currency, in minor units. `balance` is debits less credits."""

    kind: LedgerKind
    currency: Annotated[str, Field(examples=["CNY"])]
    accounts: int
    debit: int
    credit: int
    balance: int

    @classmethod
    def of(cls, line: AccountBalance) -> "LedgerLine":
        """From the ledger's own."""
        return cls(
            kind=line.kind,
            currency=line.currency,
            accounts=line.accounts,
            debit=line.debit,
            credit=line.credit,
            balance=line.balance,
        )


class LedgerOut(Out):
    """The trial balance. `sums` is what all debits and credits of a currency add up to, which is zero."""

    accounts: list[LedgerLine]
    sums: Annotated[dict[str, int], Field(examples=[{"CNY": 0}])]

    @classmethod
    def of(cls, lines: list[AccountBalance]) -> "LedgerOut":
        """From the ledger's own."""
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.currency] = sums.get(line.currency, 0) + line.balance
        return cls(accounts=[LedgerLine.of(line) for line in lines], sums=sums)


class PostingOut(Out):
    """One line of an entry: debits are positive, credits negative."""

    kind: LedgerKind
    seller_id: SellerId | None
    amount: MoneyOut


class EntryOut(Out):
    """A journal entry."""

    id: EntryId
    key: Annotated[str, Field(examples=["transfer:01979d3c-6a53-7c53-b0f1-9f5a2a3f6c11"])]
    kind: Annotated[str, Field(examples=["transfer"])]
    source: Annotated[str, Field(examples=["transfer:01979d3c-6a53-7c53-b0f1-9f5a2a3f6c11"])]
    created_at: Instant
    postings: list[PostingOut]

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """From the ledger's own."""
        return cls(
            id=entry.id,
            key=entry.key,
            kind=entry.kind,
            source=f"{entry.source_type}:{entry.source_id}",
            created_at=entry.created_at,
            postings=[
                PostingOut(
                    kind=line.kind,
                    seller_id=line.seller_id,
                    amount=MoneyOut.of(Money(line.amount, entry.currency)),
                )
                for line in entry.lines
            ],
        )


class StatementLine(Out):
    """What changed in what a seller is owed: sales are positive, refunds and payouts negative."""

    id: EntryId
    kind: Annotated[str, Field(examples=["settlement"])]
    source: Annotated[str, Field(examples=["payment:01979d3c-6a53-7c53-b0f1-9f5a2a3f6c11"])]
    amount: MoneyOut
    created_at: Instant

    @classmethod
    def of(cls, entry: Entry) -> "StatementLine":
        """From the ledger's own; a credit to the seller is money for them."""
        return cls(
            id=entry.id,
            kind=entry.kind,
            source=f"{entry.source_type}:{entry.source_id}",
            amount=MoneyOut.of(Money(-sum(line.amount for line in entry.lines), entry.currency)),
            created_at=entry.created_at,
        )


class Difference(Out):
    """An account whose balance at the provider is not what the ledger says, in minor units."""

    account: Annotated[str, Field(examples=["platform"], description="`platform`, or a seller's id.")]
    currency: str
    ledger: int
    provider: int


class ReconciliationOut(Out):
    """One comparison. `in_flight` calls may explain a difference that the next comparison no longer shows."""

    id: ReconciliationId
    created_at: Instant
    accounts: int
    in_flight: int
    balanced: bool
    differences: list[Difference]

    @classmethod
    def of(cls, row: Reconciliation) -> "ReconciliationOut":
        """From the row."""
        return cls(
            id=row.id,
            created_at=row.created_at,
            accounts=row.accounts,
            in_flight=row.in_flight,
            balanced=not row.differences,
            differences=[Difference.model_validate(found) for found in row.differences],
        )


class OpenPayoutAccount(In):
    """Where the provider sends the seller when they are done, or need a new address."""

    return_url: Annotated[AnyHttpUrl, Field(examples=["https://shop.example/done"])]
    refresh_url: Annotated[AnyHttpUrl, Field(examples=["https://shop.example/again"])]
    country: Annotated[
        str, StringConstraints(pattern="^[A-Z]{2}$"), Field(examples=["CN"], description="ISO 3166, of the bank.")
    ] = "CN"


class OnboardingOut(Out):
    """The provider's address for the seller; it opens once, within minutes."""

    url: Annotated[str, Field(examples=["https://connect.stripe.com/setup/e/acct_1/abc"])]


class PayoutAccountOut(Out):
    """What the seller's account may do. `requirements` is what the provider still asks for, in its words."""

    state: Literal["none", "incomplete", "restricted", "enabled"]
    provider: str | None
    country: str | None
    currency: str | None
    transfers_enabled: bool
    payouts_enabled: bool
    requirements: list[str]

    @classmethod
    def of(cls, account: PayoutAccountInfo | None) -> "PayoutAccountOut":
        """From the service's; None is a seller without one."""
        if account is None:
            return cls(
                state="none", provider=None, country=None, currency=None, transfers_enabled=False,
                payouts_enabled=False, requirements=[],
            )  # fmt: skip
        enabled = account.transfers_enabled and account.payouts_enabled
        return cls(
            state="enabled" if enabled else "restricted" if account.details_submitted else "incomplete",
            provider=account.provider,
            country=account.country,
            currency=account.currency,
            transfers_enabled=account.transfers_enabled,
            payouts_enabled=account.payouts_enabled,
            requirements=list(account.requirements),
        )


class PayoutOut(Out):
    """A payout to the seller's bank; `arrives_at` is the provider's estimate."""

    id: PayoutId
    state: PayoutState
    amount: MoneyOut
    arrives_at: Instant | None
    failure_code: Annotated[str | None, Field(examples=["account_closed"])]
    created_at: Instant

    @classmethod
    def of(cls, payout: Payout) -> "PayoutOut":
        """From the row."""
        return cls(
            id=payout.id,
            state=PayoutState(payout.state),
            amount=MoneyOut.of(Money(payout.amount, payout.currency)),
            arrives_at=payout.arrives_at,
            failure_code=payout.failure_code,
            created_at=payout.created_at,
        )


class Received(Out):
    """The webhook was taken in; `new` is false if it had been before, or is not of a kind that we act on."""

    new: bool
