"""Comparisons with the provider over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from agrimarket.kernel.resources import ReconciliationId, reference
from agrimarket.kernel.wire import Count, Currency, Instant, MinorUnits, Out, Several
from agrimarket.payments.models.reconciliations import Reconciliation
from agrimarket.payments.service.reconciliations import PLATFORM


class Difference(Out):
    """An account whose balance at the provider is not what the ledger says, in minor units."""

    account: Annotated[str, Field(examples=["platform"], description="`platform`, or a seller's id.")]
    currency: Currency
    ledger: MinorUnits
    provider: MinorUnits

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Difference":
        """The difference that `reconciliations.record` stored, in which a seller is a UUID."""
        account = stored["account"]
        return cls(
            account=account if account == PLATFORM else reference("seller", UUID(account)),
            currency=stored["currency"],
            ledger=stored["ledger"],
            provider=stored["provider"],
        )


class ReconciliationOut(Out):
    """A comparison. `in_flight` calls may explain a difference that the next comparison no longer shows."""

    id: ReconciliationId
    created_at: Instant
    accounts: Count
    in_flight: Count
    balanced: bool
    differences: Annotated[list[Difference], Several]

    @classmethod
    def of(cls, row: Reconciliation) -> "ReconciliationOut":
        """The comparison with its differences."""
        return cls(
            id=row.id,
            created_at=row.created_at,
            accounts=row.accounts,
            in_flight=row.in_flight,
            balanced=not row.differences,
            differences=[Difference.of(each) for each in row.differences],
        )
