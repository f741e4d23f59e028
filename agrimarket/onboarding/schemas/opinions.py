"""Counties' opinions about appeals over HTTP."""

from datetime import date
from typing import Annotated

from pydantic import Field

from agrimarket.kernel.opinions import OpinionIn, PublicName
from agrimarket.kernel.wire import Instant, MoneyIn, MoneyOut, Out, Several, WeightIn, WeightOut
from agrimarket.onboarding.models.opinions import AppealOpinion


class AppealOpinionIn(OpinionIn):
    """An office's opinion about the stock of an appeal. What is verified is published: as produce, weight and price."""

    product: Annotated[
        PublicName | None, Field(description="What the list calls it; needed if verified.", examples=["草莓"])
    ] = None
    quantity: Annotated[WeightIn | None, Field(description="Needed if verified.", examples=["500斤"])] = None
    price_per_kg: MoneyIn | None = None


class AppealOpinionOut(Out):
    """An opinion about the stock of an appeal, for operators. `words` are erased with the appeal's personal data."""

    verified: bool
    office: str
    officer: str
    words: str
    given_on: date
    product: str | None
    quantity: WeightOut | None
    price_per_kg: MoneyOut | None
    at: Instant

    @classmethod
    def of(cls, row: AppealOpinion) -> "AppealOpinionOut":
        """An opinion as operators see it."""
        return cls(
            verified=row.verified,
            office=row.office,
            officer=row.officer,
            words=row.words,
            given_on=row.given_on,
            product=row.product,
            quantity=None if row.grams is None else WeightOut(grams=row.grams),
            price_per_kg=None if row.price_per_kg is None else MoneyOut(amount=row.price_per_kg),
            at=row.at,
        )


class AppealOpinionsOut(Out):
    """Opinions about an appeal, the newest first; the newest counts."""

    items: Annotated[list[AppealOpinionOut], Several]
