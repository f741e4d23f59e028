"""Coaches propose edits of the listings of those whom they coach; `catalog` asks the seller."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.catalog.service import proposals
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.proposals import Proposed
from agrimarket.coaching.errors import CaseSellsNothing
from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.queries import cases as queries
from agrimarket.coaching.service import cases
from agrimarket.coaching.states import CaseState
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal, Role


def listings_of(session: Session, coach: Principal, case_id: UUID) -> list[ListingView]:
    """The open listings of the seller of a case, for its coach and operators. `NotFound` for others."""
    case = _coached(session, coach, case_id)
    return proposals.listings_of(session, case.seller_id) if case.seller_id else []


def add(
    session: Session, coach: Principal, case_id: UUID, listing_id: UUID, changes: Mapping[str, Any], note: str
) -> Proposed:
    """Propose an edit to the seller of a case that is not closed, as its coach; it stands in the case's history.

    `NotFound`, `CaseSellsNothing`, and what `catalog.service.proposals.add` refuses.
    """
    case = _coached(session, coach, case_id)
    if case.seller_id is None:
        raise CaseSellsNothing
    made = proposals.add(session, coach.person_id, case.seller_id, listing_id, changes, note)
    queries.log(session, case.id, "proposed", coach.person_id, note=f"{made.title}: {note}")
    return made


def _coached(session: Session, coach: Principal, case_id: UUID) -> CoachingCase:
    case = cases.view(session, coach, case_id)
    if case.person_id == coach.person_id and not coach.has(Role.OPERATOR):
        raise NotFound
    if case.state == CaseState.CLOSED:
        raise NotFound
    return case
