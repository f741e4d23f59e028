"""Claims and their photos on the wire."""

from typing import Annotated, Literal

from pydantic import Field

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import ClaimId, PhotoId, SellerOrderId, reference
from agrimarket.kernel.wire import (
    Count,
    In,
    Instant,
    LongText,
    MoneyIn,
    MoneyOut,
    Number,
    Out,
    Several,
    WeightIn,
    WeightOut,
)
from agrimarket.orders.models.claims import ClaimPhoto
from agrimarket.orders.rules import MAX_PHOTOS
from agrimarket.orders.states import ClaimState
from agrimarket.orders.types import ClaimView

Bps = Annotated[
    int, Field(strict=True, ge=1, le=10_000, examples=[1000], description="Hundredths of a percent: 1000 is 10 %.")
]


class ClaimIn(In):
    """A claim about a delivered order. The bad part is given as a share of the goods, or as a weight."""

    seller_order_id: SellerOrderId
    reason: Annotated[
        Literal["spoiled", "damaged", "short", "wrong_item", "quality", "other"], Field(examples=["spoiled"])
    ]
    description: LongText
    affected_bps: Bps | None = None
    affected: Annotated[WeightIn | None, Field(examples=[{"grams": 250}])] = None
    photos: Annotated[list[PhotoId], Field(max_length=MAX_PHOTOS)] = []


class EvidenceIn(In):
    """The buyer's answer to an operator's question."""

    description: LongText
    photos: Annotated[list[PhotoId], Field(max_length=MAX_PHOTOS)] = []


class QuestionIn(In):
    """An operator's question to the buyer."""

    question: Annotated[LongText, Field(max_length=500)]


class ApprovalIn(In):
    """The award: an amount, or a share of the goods' price; with neither, what was claimed."""

    amount: MoneyIn | None = None
    bps: Bps | None = None


class PhotoOut(Out):
    """A photo of a claim."""

    id: PhotoId
    width: Count
    height: Count
    url: str

    @classmethod
    def of(cls, photo: ClaimPhoto) -> "PhotoOut":
        """The photo's row, for the wire."""
        url = f"/v1/claims/photos/{reference('photo', photo.id)}"
        return cls(id=photo.id, width=photo.width, height=photo.height, url=url)


class ClaimOut(Out):
    """A claim; `claimed` is held back from the seller while it waits, `awarded` goes back to the buyer."""

    id: ClaimId
    number: Number
    seller_order_id: SellerOrderId
    order_number: Number
    state: ClaimState
    reason: str
    description: str
    affected_bps: Count | None
    affected: WeightOut | None
    claimed: MoneyOut
    awarded: MoneyOut | None
    question: str | None
    decision_reason: str | None
    review_until: Instant | None
    review_reason: str | None
    photos: Annotated[list[PhotoOut], Several]
    created_at: Instant

    @classmethod
    def of(cls, view: ClaimView) -> "ClaimOut":
        """The claim as the service sees it, for the wire."""
        claim = view.claim

        def money(amount: int | None) -> MoneyOut | None:
            return None if amount is None else MoneyOut(amount=amount, currency=claim.currency)

        return cls(
            id=claim.id,
            number=short_number(claim.id),
            seller_order_id=claim.seller_order_id,
            order_number=short_number(claim.seller_order_id),
            state=claim.state,
            reason=claim.reason,
            description=claim.description,
            affected_bps=claim.affected_bps,
            affected=None if claim.affected_grams is None else WeightOut(grams=claim.affected_grams),
            claimed=MoneyOut(amount=claim.claimed, currency=claim.currency),
            awarded=money(claim.awarded),
            question=claim.question,
            decision_reason=claim.decision_reason,
            review_until=claim.review_until,
            review_reason=claim.review_reason,
            photos=[PhotoOut.of(photo) for photo in view.photos],
            created_at=claim.created_at,
        )
