"""Comparisons with the provider over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import ReconciliationId
from agrimarket.kernel.wire import Instant, Out
from agrimarket.payments.models.reconciliations import Reconciliation


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
