"""Claims: a buyer says that a delivery was not as it should be. Until the decision the money is held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session

from agrimarket.accounts.service import other_eyes
from agrimarket.drive import drive
from agrimarket.integrations.photos import Photo
from agrimarket.kernel import outbox, states
from agrimarket.kernel.errors import found
from agrimarket.kernel.money import Money, share
from agrimarket.kernel.principal import Principal
from agrimarket.orders.errors import (
    ClaimMeasure,
    ClaimOpen,
    ClaimTooHigh,
    ClaimWindowOver,
    NotDelivered,
    OwnClaim,
    PhotoUnknown,
    SameDecider,
)
from agrimarket.orders.events import ClaimDecided, ClaimEvidenceRequested, ClaimSettled, ClaimSubmitted
from agrimarket.orders.models.claims import Claim, ClaimPhoto
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries import alerts
from agrimarket.orders.queries import claims as queries
from agrimarket.orders.queries import seller_orders as order_queries
from agrimarket.orders.queries.claims import LockedClaim
from agrimarket.orders.queries.seller_orders import ANYBODY, bought_by, of_party
from agrimarket.orders.rules import claimed_amount
from agrimarket.orders.service import seller_orders
from agrimarket.orders.service.order_groups import SOURCE
from agrimarket.orders.states import (
    CLAIM_PENDING,
    CLAIM_TRANSITIONS,
    CLAIM_UNDECIDED,
    AlertKind,
    ClaimState,
    SellerOrderState,
)
from agrimarket.orders.types import ClaimView
from agrimarket.payments.service import refunds, transfers


@dataclass(frozen=True, slots=True)
class Complaint:
    """Description of a buyer's complaint, with the bad part as a share of the goods in basis points, or in grams."""

    reason: str
    description: str
    affected_bps: int | None
    affected_grams: int | None
    photo_ids: tuple[UUID, ...] = ()


def view(session: Session, principal: Principal, claim_id: UUID) -> ClaimView:
    """The claim, for the parties of its order or an operator; `NotFound` for others. Two statements."""
    claim = found(queries.find(session, claim_id, of_party(principal)))
    return ClaimView(claim, tuple(queries.photos_of(session, [claim_id])))


def page(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[ClaimView]:
    """Claims that this person made, or about what they sold, or all for an operator; newest first.

    Two statements.
    """
    claims = queries.page(session, of_party(principal), before, limit)
    photos = queries.photos_of(session, [claim.id for claim in claims]) if claims else []
    return [ClaimView(claim, tuple(p for p in photos if p.claim_id == claim.id)) for claim in claims]


def waiting(session: Session, after: tuple[bool, UUID] | None, limit: int) -> list[Claim]:
    """Claims that operators have to decide, then those whose buyers were asked, each oldest first. One statement.

    `after`: whether the last one's buyer was asked, and its id.
    """
    return queries.waiting(session, after, limit)


def of_order(session: Session, order_id: UUID) -> list[Claim]:
    """Every claim about an order that the caller may see, oldest first. One statement."""
    return queries.of_order(session, order_id)


def add_photo(session: Session, buyer: Principal, photo: Photo, key: str) -> ClaimPhoto:
    """Write the row of a photo that is in storage at `key`, for a later claim."""
    buyer_id = buyer.require_buyer()
    row = ClaimPhoto(buyer_id=buyer_id, key=key, width=photo.width, height=photo.height, size=len(photo.content))
    session.add(row)
    return row


def submit(session: Session, buyer: Principal, order_id: UUID, complaint: Complaint) -> UUID:
    """Submit a claim about a delivered order within its window; the claimed money is held back.

    `NotDelivered`, `ClaimWindowOver`, `ClaimOpen` (one at a time), `ClaimTooHigh` above what is left of the goods'
    price, `ClaimMeasure`, `PhotoUnknown`.
    """
    if (complaint.affected_bps is None) == (complaint.affected_grams is None):
        raise ClaimMeasure(pointer="/affected")
    order, locked = seller_orders.lock(session, order_id, bought_by(buyer))
    _require_claimable(order, locked.now)
    earlier = queries.of_order(session, order.id)
    for other in earlier:
        if other.state in CLAIM_PENDING:
            raise ClaimOpen(claim_id=other.id)
    claimed = _amount_of(session, order, complaint)
    _require_left(session, order, earlier, claimed)
    claim = Claim(
        seller_order_id=order.id,
        buyer_id=order.buyer_id,
        reason=complaint.reason,
        description=complaint.description,
        affected_bps=complaint.affected_bps,
        affected_grams=complaint.affected_grams,
        claimed=claimed,
        currency=order.currency,
    )
    session.add(claim)
    session.flush()  # the photos refer to the claim
    _attach_photos(session, claim, complaint.photo_ids)
    transfers.hold(session, order.id, _money(claim, claimed))
    outbox.record(session, ClaimSubmitted.about(order, claim_id=claim.id, amount=claimed, currency=claim.currency))
    return claim.id


def _require_claimable(order: SellerOrder, now: datetime) -> None:
    """Raise `NotDelivered` before, and `ClaimWindowOver` after, the time in which the order accepts claims."""
    if order.state not in (SellerOrderState.DELIVERED, SellerOrderState.COMPLETED):
        raise NotDelivered(hours=drive().windows.claim // timedelta(hours=1))
    if order.state == SellerOrderState.COMPLETED or order.claim_until is None or order.claim_until <= now:
        raise ClaimWindowOver


def _amount_of(session: Session, order: SellerOrder, complaint: Complaint) -> int:
    """Claimed amount of a complaint, in minor units; `ClaimMeasure` if it is less than one."""
    grams = sum(line.packed_grams or 0 for line in order_queries.lines_of(session, order.id))
    claimed = claimed_amount(_goods(session, order), grams, bps=complaint.affected_bps, grams=complaint.affected_grams)
    if claimed == 0:
        raise ClaimMeasure(pointer="/affected" if complaint.affected_grams else "/affected_bps")
    return claimed


def request_evidence(session: Session, operator: Principal, claim_id: UUID, question: str) -> None:
    """Ask the buyer a question; the claim waits for the answer. `OwnClaim`."""
    locked = _lock_to_act(session, operator, claim_id)
    states.move(locked.claim, ClaimState.EVIDENCE_REQUESTED, CLAIM_TRANSITIONS)
    locked.claim.question = question
    outbox.record(session, ClaimEvidenceRequested.about(locked.order, claim_id=claim_id, question=question))


def add_evidence(
    session: Session, buyer: Principal, claim_id: UUID, description: str, photo_ids: Sequence[UUID]
) -> None:
    """Answer an operator's question; the claim goes back to the operators."""
    locked = _lock(session, claim_id, bought_by(buyer))
    states.move(locked.claim, ClaimState.SUBMITTED, CLAIM_TRANSITIONS)
    locked.claim.description = f"{locked.claim.description}\n\n{description}"
    _attach_photos(session, locked.claim, photo_ids)
    _tell_submitted(session, locked)


def approve(session: Session, operator: Principal, claim_id: UUID, *, amount: int | None, bps: int | None) -> None:
    """Grant a claim `amount` minor units, or `bps` basis points of the goods' price, or with neither what was claimed.

    The refund is requested in the same transaction, under a key that is the claim's own; the claim is settled when
    the provider has refunded. `ClaimTooHigh` above what is left of the goods' price; `OwnClaim`, `SameDecider`.
    """
    if amount is not None and bps is not None:
        raise ClaimMeasure(pointer="/bps")
    locked = _lock_to_act(session, operator, claim_id)
    claim, order = locked.claim, locked.order
    awarded = amount if amount is not None else claim.claimed
    if bps is not None:
        awarded = share(_goods(session, order), bps)
    if awarded == 0:
        raise ClaimMeasure(pointer="/bps")
    others = [other for other in queries.of_order(session, order.id) if other.id != claim.id]
    _take_under_review(claim)
    states.move(claim, ClaimState.APPROVED, CLAIM_TRANSITIONS)
    claim.awarded, claim.decided_by, claim.decided_at = awarded, operator.person_id, locked.now
    _require_left(session, order, others, awarded)
    transfers.release_hold(session, order.id, _money(claim, claim.claimed))
    claim.refund_id = refunds.request(
        session,
        source_type=SOURCE,
        source_id=order.group_id,
        reference_id=order.id,
        amount=_money(claim, awarded),
        reason=claim.reason,
        key=f"claim:{claim.id}",
    )
    _tell_decided(session, locked, approved=True, amount=awarded, reason=None)


def reject(session: Session, operator: Principal, claim_id: UUID, reason: str) -> None:
    """Refuse a claim with a reason. In the review request window the buyer can ask for one review; nobody is paid.

    `OwnClaim`, `SameDecider`.
    """
    locked = _lock_to_act(session, operator, claim_id)
    claim = locked.claim
    _take_under_review(claim)
    states.move(claim, ClaimState.REJECTED, CLAIM_TRANSITIONS)
    claim.decision_reason, claim.decided_by, claim.decided_at = reason, operator.person_id, locked.now
    claim.review_until = locked.now + drive().windows.review_request if claim.review_reason is None else None
    transfers.release_hold(session, locked.order.id, _money(claim, claim.claimed))
    _tell_decided(session, locked, approved=False, amount=0, reason=reason)


def request_review(session: Session, buyer: Principal, claim_id: UUID, reason: str) -> None:
    """Ask for a review of a rejected claim, once; the money is held back again. `ClaimWindowOver` after its window."""
    locked = _lock(session, claim_id, bought_by(buyer))
    claim = locked.claim
    states.move(claim, ClaimState.REVIEW_REQUESTED, CLAIM_TRANSITIONS)
    if claim.review_reason is not None or claim.review_until is None or claim.review_until <= locked.now:
        raise ClaimWindowOver
    claim.review_reason = reason
    transfers.hold(session, locked.order.id, _money(claim, claim.claimed))
    _tell_submitted(session, locked)


def settle(session: Session, refund_id: UUID) -> None:
    """Settle the claim that this refund pays, since the buyer has the money. No effect if it pays no claim."""
    claim_id = queries.of_refund(session, refund_id)
    if claim_id is None:
        return
    locked = _lock(session, claim_id, ANYBODY)
    if locked.claim.state == ClaimState.SETTLED:
        return
    states.move(locked.claim, ClaimState.SETTLED, CLAIM_TRANSITIONS)
    awarded = cast("int", locked.claim.awarded)
    outbox.record(
        session, ClaimSettled.about(locked.order, claim_id=claim_id, amount=awarded, currency=locked.claim.currency)
    )


def refund_failed(session: Session, refund_id: UUID, code: str | None) -> None:
    """Alert the operators that a claim's refund failed; the claim stays approved. No effect if it pays no claim."""
    claim_id = queries.of_refund(session, refund_id)
    if claim_id is not None:
        order_id = _lock(session, claim_id, ANYBODY).order.id
        alerts.open_on(session, order_id, AlertKind.REFUND_FAILED, {"code": code})


def photo_key(session: Session, principal: Principal, photo_id: UUID) -> str:
    """Key of the photo in storage, for its sender and the parties of its claim's order; `NotFound` for others."""
    return found(queries.photo_key(session, photo_id, of_party(principal), principal.buyer_id))


def _lock(session: Session, claim_id: UUID, party: ColumnElement[bool]) -> LockedClaim:
    """Claim under the lock of its order; `NotFound` if `party` does not hold for the order."""
    return found(queries.lock(session, claim_id, party))


def _lock_to_act(session: Session, operator: Principal, claim_id: UUID) -> LockedClaim:
    """`OwnClaim` for who bought or sold, `SameDecider` for who rejected what is reviewed; `NewcomerOfFirst` for whom
    they made an operator."""
    locked = _lock(session, claim_id, ANYBODY)
    if locked.claim.state in CLAIM_UNDECIDED:
        other_eyes.require(session, operator, locked.claim.decided_by, SameDecider)
    for party in (locked.order.buyer_person_id, locked.order.seller_person_id):
        other_eyes.require(session, operator, party, OwnClaim)
    return locked


def _take_under_review(claim: Claim) -> None:
    """Move the claim to under_review, since an operator decides on it now."""
    if claim.state != ClaimState.UNDER_REVIEW:
        states.move(claim, ClaimState.UNDER_REVIEW, CLAIM_TRANSITIONS)


def _goods(session: Session, order: SellerOrder) -> int:
    """What the goods cost that were packed, in minor units."""
    return sum(line.final or 0 for line in order_queries.lines_of(session, order.id))


def _require_left(session: Session, order: SellerOrder, others: Sequence[Claim], wanted: int) -> None:
    left = _goods(session, order) - sum(claim.awarded or 0 for claim in others)
    if wanted > left:
        raise ClaimTooHigh(left=Money(left, order.currency))


def _attach_photos(session: Session, claim: Claim, photo_ids: Sequence[UUID]) -> None:
    if not photo_ids:
        return
    photos = queries.lock_photos(session, photo_ids, claim.buyer_id)
    if len(photos) != len(set(photo_ids)):
        raise PhotoUnknown(pointer="/photos")
    for photo in photos:
        photo.claim_id = claim.id


def _money(claim: Claim, amount: int) -> Money:
    return Money(amount, claim.currency)


def _tell_submitted(session: Session, locked: LockedClaim) -> None:
    claim = locked.claim
    outbox.record(
        session, ClaimSubmitted.about(locked.order, claim_id=claim.id, amount=claim.claimed, currency=claim.currency)
    )


def _tell_decided(session: Session, locked: LockedClaim, *, approved: bool, amount: int, reason: str | None) -> None:
    claim = locked.claim
    facts = {"approved": approved, "amount": amount, "currency": claim.currency, "reason": reason}
    outbox.record(session, ClaimDecided.about(locked.order, claim_id=claim.id, **facts))
