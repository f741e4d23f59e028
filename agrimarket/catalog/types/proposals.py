"""Edits that coaches propose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agrimarket.catalog.states import ProposalState


@dataclass(frozen=True, slots=True)
class Proposed:
    """An edit that a coach proposes: `changes` and `before` hold the same fields, money in minor units."""

    id: UUID
    listing_id: UUID
    changes: Mapping[str, Any]
    before: Mapping[str, Any]
    note: str
    state: ProposalState
    created_at: datetime
    coach: str
    title: str
