"""Filings for members over HTTP."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import AppealId, FilingId
from agrimarket.kernel.wire import Instant, Out, WeightOut
from agrimarket.onboarding.states import FilingState
from agrimarket.onboarding.types import Filing


class FilingOut(Out):
    """A harvest that an importer filed for you. It has no effect until you confirm."""

    id: FilingId
    state: FilingState
    filed_by: Annotated[str, Field(examples=["东港草莓合作社"])]
    name: str
    product: Annotated[str, Field(examples=["草莓"])]
    quantity: WeightOut | None
    quantity_text: Annotated[str, Field(examples=["500斤"])]
    region_code: str
    region: Annotated[str, Field(examples=["辽宁省丹东市东港市"])]
    spoils_at: Instant
    note: str
    appeal_id: AppealId | None
    created_at: Instant

    @classmethod
    def of(cls, filing: Filing, language: str = "zh-Hans") -> "FilingOut":
        """A filing as its member sees it, who reads that language."""
        row = filing.row
        return cls(
            id=row.id,
            state=FilingState(row.state),
            filed_by=filing.importer,
            name=filing.name,
            product=row.product,
            quantity=None if row.grams is None else WeightOut(grams=row.grams),
            quantity_text=row.quantity_text,
            region_code=row.region_code,
            region=filing.region.in_full(language),
            spoils_at=row.spoils_at,
            note=row.note,
            appeal_id=row.appeal_id,
            created_at=row.created_at,
        )
