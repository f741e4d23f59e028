"""Reconciliations: our ledger against the provider's balances."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.payments.models.reconciliations import Reconciliation
from agrimarket.payments.queries import payout_accounts
from agrimarket.payments.queries import reconciliations as queries
from agrimarket.payments.service import calls, ledger
from agrimarket.payments.states import LedgerKind

PLATFORM = "platform"
"""Name of our own balance in a difference; a seller's account is named by the seller's id."""


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """A seller's account at the provider."""

    seller_id: UUID
    provider_id: str


@dataclass(frozen=True, slots=True)
class ProviderBalance:
    """Balance of an account at the provider, in minor units by currency; ours if the seller is None."""

    seller_id: UUID | None
    totals: Mapping[str, int]


def connected_accounts(session: Session) -> list[ConnectedAccount]:
    """Every seller's account at the provider, in order."""
    return [ConnectedAccount(*account) for account in payout_accounts.connected(session)]


def record(session: Session, balances: list[ProviderBalance]) -> Reconciliation:
    """Compare the provider's balances with our ledger and keep what differs.

    Calls in flight can cause a difference that soon disappears; their number is kept with it.
    """
    book: dict[tuple[UUID | None, str], int] = {**ledger.by_seller(session, LedgerKind.CONNECTED_BALANCE)}
    for line in ledger.trial_balance(session):
        if line.kind == LedgerKind.PROVIDER_BALANCE:
            book[None, line.currency] = line.balance
    differences = [found for balance in balances for found in _differences(balance, book)]
    row = Reconciliation(accounts=len(balances), in_flight=calls.in_flight(session), differences=differences)
    session.add(row)
    session.flush()  # its time is the database's
    return row


def _differences(balance: ProviderBalance, book: Mapping[tuple[UUID | None, str], int]) -> list[dict[str, object]]:
    ours = {currency: amount for (seller_id, currency), amount in book.items() if seller_id == balance.seller_id}
    account = PLATFORM if balance.seller_id is None else str(balance.seller_id)
    return [
        {"account": account, "currency": currency, "ledger": booked, "provider": there}
        for currency in sorted(ours.keys() | balance.totals.keys())
        if (booked := ours.get(currency, 0)) != (there := balance.totals.get(currency, 0))
    ]


def newest(session: Session, *, before: UUID | None = None, limit: int = 20) -> list[Reconciliation]:
    """Comparisons, newest first."""
    return queries.newest(session, before=before, limit=limit)
