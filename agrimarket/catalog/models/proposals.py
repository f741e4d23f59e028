"""Edits of listings that coaches propose."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Index,
    text,
)
from sqlmodel import Field, SQLModel

from agrimarket.catalog.states import ProposalState
from agrimarket.kernel.model import (
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)


class ListingProposal(SQLModel, table=True):
    """An edit of a listing that a coach proposes. `changes` and `before` hold the same fields: as proposed, as found.

    Money is in minor units. A coach has one open proposal for a listing.
    """

    __tablename__ = "listing_proposal"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(ProposalState),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_when_over"),
        Index(
            "uq_listing_proposal_open",
            "listing_id",
            "proposed_by_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_listing_proposal_seller", "seller_id", "id"),
    )

    id: UUID = id_field()
    listing_id: UUID = Field(foreign_key="listing.id")
    seller_id: UUID = Field(foreign_key="seller.id")
    proposed_by_id: UUID = Field(foreign_key="person.id", index=True)
    changes: dict[str, Any] = json_field()
    before: dict[str, Any] = json_field()
    note: str
    state: ProposalState = state_field(ProposalState.OPEN)
    created_at: datetime = created_at_field()
    answered_at: datetime | None = time_field(nullable=True)
