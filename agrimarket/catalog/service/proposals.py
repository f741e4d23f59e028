"""Edits that coaches propose to sellers, who accept or decline each with one tap."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import people, sellers
from agrimarket.catalog import rules
from agrimarket.catalog.errors import ListingClosed, ProposalEmpty, ProposalOutdated
from agrimarket.catalog.events import ListingProposed, ProposalAnswered
from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.models.proposals import ListingProposal
from agrimarket.catalog.queries import listings as listing_queries
from agrimarket.catalog.queries import proposals as queries
from agrimarket.catalog.service import listings
from agrimarket.catalog.states import EDITABLE, PROPOSAL_TRANSITIONS, ListingState, ProposalState
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.proposals import Proposed
from agrimarket.kernel import addresses, clock, outbox
from agrimarket.kernel.errors import NotFound, found
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.states import move
from agrimarket.kernel.waiting import Line, Turn

FIELDS: Final = ("title", "description", "price", "pack_grams", "min_packs", "max_packs")
"""What a coach may propose to change; the price is the full one, in minor units of the listing's currency."""


def listings_of(session: Session, seller_id: UUID) -> list[ListingView]:
    """The open listings of a seller, for their coach, what spoils first on top. One statement."""
    return queries.listings_of(session, seller_id)


def add(
    session: Session, coach_id: UUID, seller_id: UUID, listing_id: UUID, changes: Mapping[str, Any], note: str
) -> Proposed:
    """Propose an edit of that seller's listing; an earlier open one of the same coach is replaced. The seller is told.

    `changes` are of `FIELDS`. `NotFound`, `ListingClosed`, `ProposalEmpty`, and what packs are refused for.
    """
    listing, lot = found(listing_queries.lock(session, listing_id, seller_id))
    if listing.state == ListingState.DRAFT:
        raise NotFound  # nobody but its seller sees one
    if ListingState(listing.state) not in EDITABLE:
        raise ListingClosed
    differing = {name: value for name, value in changes.items() if getattr(listing, name) != value}
    if not differing:
        raise ProposalEmpty
    after = {name: differing.get(name, getattr(listing, name)) for name in ("pack_grams", "min_packs", "max_packs")}
    rules.check_packs(after["pack_grams"], after["min_packs"], after["max_packs"], lot.quantity)
    queries.replace(session, listing.id, coach_id)
    proposal = ListingProposal(
        listing_id=listing.id,
        seller_id=seller_id,
        proposed_by_id=coach_id,
        changes=differing,
        before={name: getattr(listing, name) for name in differing},
        note=note,
    )
    session.add(proposal)
    session.flush()  # the event names it
    coach = people.contact(session, coach_id).display_name
    outbox.record(
        session,
        ListingProposed(
            proposal_id=proposal.id,
            seller_person_id=sellers.get(session, seller_id).person_id,
            coach=coach,
            title=listing.title,
        ),
    )
    return _proposed(proposal, coach, listing.title)


def page(session: Session, seller: Principal, before: UUID | None, limit: int) -> list[Proposed]:
    """What coaches have proposed to the caller, newest first. Up to three statements."""
    return _seen(session, queries.page(session, seller.require_seller(), before, limit))


def read(session: Session, who: Principal, proposal_id: UUID) -> tuple[Proposed, ListingView, bool]:
    """A proposal with the listing as it is now, and whether it is the caller's to answer.

    `NotFound` for anybody but the seller and who proposed it.
    """
    proposal = found(queries.find(session, proposal_id))
    mine = proposal.seller_id == who.seller_id
    if not mine and proposal.proposed_by_id != who.person_id:
        raise NotFound
    return _seen(session, [proposal])[0], listings.view(session, proposal.listing_id, who), mine


def accept(session: Session, seller: Principal, proposal_id: UUID) -> ListingView:
    """Make the edit, as its seller, if what it changes is still as the coach found it. The coach is told.

    `NotFound`, `IllegalTransition` for one that is over, `ProposalOutdated`, and what `listings.change` refuses.
    """
    listing_id = _mine(session, seller, proposal_id).listing_id
    listing, _ = found(listing_queries.lock(session, listing_id, seller.require_seller()))
    proposal = found(queries.find(session, proposal_id, lock=True))
    _answer(session, proposal, listing, ProposalState.ACCEPTED)
    if moved := [name for name, value in proposal.before.items() if getattr(listing, name) != value]:
        raise ProposalOutdated(fields=moved)
    changes = dict(proposal.changes)
    if "price" in changes:
        changes["price"] = Money(changes["price"], listing.currency)
    return listings.change(session, seller, listing.id, listing.version, changes)


def decline(session: Session, seller: Principal, proposal_id: UUID) -> None:
    """Leave the listing as it is, as its seller. The coach is told. `NotFound`, `IllegalTransition`."""
    listing_id = _mine(session, seller, proposal_id).listing_id
    listing, _ = found(listing_queries.lock(session, listing_id, seller.require_seller()))
    _answer(session, found(queries.find(session, proposal_id, lock=True)), listing, ProposalState.DECLINED)


def lines(session: Session, seller: Principal) -> list[Line]:
    """Lines of a seller's home about proposals that wait; up to three statements, none for who sells nothing."""
    if seller.seller_id is None:
        return []
    return [
        Line(
            "listing_proposed",
            addresses.PROPOSAL,
            each.id,
            Turn.YOURS,
            None,
            {"coach": each.coach, "title": each.title},
            about=(each.title,),
            role=Role.SELLER,
        )
        for each in _seen(session, queries.waiting(session, seller.seller_id))
    ]


def _mine(session: Session, seller: Principal, proposal_id: UUID) -> ListingProposal:
    proposal = queries.find(session, proposal_id)
    if proposal is None or proposal.seller_id != seller.require_seller():
        raise NotFound
    return proposal


def _answer(session: Session, proposal: ListingProposal, listing: Listing, state: ProposalState) -> None:
    move(proposal, state, PROPOSAL_TRANSITIONS)
    proposal.answered_at = clock.read(session)
    outbox.record(
        session,
        ProposalAnswered(
            proposal_id=proposal.id,
            person_id=proposal.proposed_by_id,
            title=listing.title,
            approved=state is ProposalState.ACCEPTED,
        ),
    )


def _seen(session: Session, proposals: Sequence[ListingProposal]) -> list[Proposed]:
    if not proposals:
        return []
    contacts = people.contacts(session, {each.proposed_by_id for each in proposals})
    titles = queries.titles(session, {each.listing_id for each in proposals})
    return [_proposed(each, contacts[each.proposed_by_id].display_name, titles[each.listing_id]) for each in proposals]


def _proposed(row: ListingProposal, coach: str, title: str) -> Proposed:
    state = ProposalState(row.state)
    return Proposed(row.id, row.listing_id, row.changes, row.before, row.note, state, row.created_at, coach, title)
