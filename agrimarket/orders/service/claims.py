"""Claims: what arrived was not as it should be. While a claim waits, its money is held back from the seller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import true
from sqlmodel import Session

from agrimarket.integrations.photos import Photo
from agrimarket.kernel import states
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money, share
from agrimarket.kernel.principal import Principal
from agrimarket.orders import queries
from agrimarket.orders.errors import (
    ClaimMeasure,
    ClaimOpen,
    ClaimTooHigh,
    ClaimWindowOver,
    NotDelivered,
    PhotoUnknown,
)
from agrimarket.orders.events import ClaimDecided, ClaimEvidenceRequested, ClaimSettled, ClaimSubmitted
from agrimarket.orders.models import Claim, ClaimPhoto, SellerOrder
from agrimarket.orders.queries import LockedClaim
from agrimarket.orders.rules import APPEAL_WINDOW, claimed_amount
from agrimarket.orders.service.fulfilment import lock
from agrimarket.orders.service.payment import SOURCE
from agrimarket.orders.service.reading import as_buyer, as_party
from agrimarket.orders.service.telling import tell
from agrimarket.orders.states import CLAIM, CLAIM_PENDING, AlertKind, ClaimState, SellerOrderState
from agrimarket.payments.service import refunds, transfers


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a buyer says was wrong: a share of the goods in basis points, or grams."""

    reason: str
    description: str
    affected_bps: int | None
    affected_grams: int | None
    photo_ids: tuple[UUID, ...] = ()


def add_photo(session: Session, buyer: Principal, photo: Photo, key: str) -> ClaimPhoto:
    """Note a photo that is in storage at `key`, for a claim to come."""
    if buyer.buyer_id is None:
        raise NotFound
    row = ClaimPhoto(buyer_id=buyer.buyer_id, key=key, width=photo.width, height=photo.height, size=len(photo.content))
    session.add(row)
    return row


def submit(session: Session, buyer: Principal, order_id: UUID, complaint: Complaint) -> UUID:
    """Claim for a delivered order within its window; the claimed money is held back.

    `NotDelivered`, `ClaimWindowOver`, `ClaimOpen` (one at a time), `ClaimTooHigh` above what is left of the goods'
    price, `ClaimMeasure`, `PhotoUnknown`.
    """
    if (complaint.affected_bps is None) == (complaint.affected_grams is None):
        raise ClaimMeasure(pointer="/affected")
    order, locked = lock(session, order_id, as_buyer(buyer))
    if order.state not in (SellerOrderState.DELIVERED, SellerOrderState.COMPLETED):
        raise NotDelivered
    if order.state == SellerOrderState.COMPLETED or order.claim_until is None or order.claim_until <= locked.now:
        raise ClaimWindowOver
    earlier = queries.claims_of(session, order.id)
    for other in earlier:
        if other.state in CLAIM_PENDING:
            raise ClaimOpen(claim_id=other.id)
    grams = sum(line.packed_grams or 0 for line in queries.lines_of(session, order.id))
    goods = (order.final or 0) - order.delivery
    claimed = claimed_amount(goods, grams, bps=complaint.affected_bps, grams=complaint.affected_grams)
    if claimed == 0:
        raise ClaimMeasure(pointer="/affected" if complaint.affected_grams else "/affected_bps")
    _require_left(order, earlier, claimed)
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
    session.flush()  # the photos refer to it
    _show(session, claim, complaint.photo_ids)
    transfers.hold(session, order.id, _money(claim, claimed))
    tell(session, ClaimSubmitted, order, claim_id=claim.id, amount=claimed, currency=claim.currency)
    return claim.id


def request_evidence(session: Session, claim_id: UUID, question: str) -> None:
    """An operator asks the buyer; the claim waits for the answer."""
    found = _lock(session, claim_id)
    states.move(found.claim, ClaimState.EVIDENCE_REQUESTED, CLAIM)
    found.claim.question = question
    tell(session, ClaimEvidenceRequested, found.order, claim_id=claim_id, question=question)


def add_evidence(
    session: Session, buyer: Principal, claim_id: UUID, description: str, photo_ids: Sequence[UUID]
) -> None:
    """The buyer answers what was asked; the claim goes back to the operators."""
    found = queries.lock_claim(session, claim_id, as_buyer(buyer))
    if found is None:
        raise NotFound
    states.move(found.claim, ClaimState.SUBMITTED, CLAIM)
    found.claim.description = f"{found.claim.description}\n\n{description}"
    _show(session, found.claim, photo_ids)
    _tell_submitted(session, found)


def approve(session: Session, operator: Principal, claim_id: UUID, *, amount: int | None, bps: int | None) -> None:
    """Grant a claim: minor units, or a share of the goods in basis points; neither grants what was claimed.

    The refund is asked for in the same transaction, under a key that is the claim's own; the claim is settled when
    the provider has refunded. `ClaimTooHigh` above what is left of the goods' price.
    """
    if amount is not None and bps is not None:
        raise ClaimMeasure(pointer="/bps")
    found = _lock(session, claim_id)
    claim, order = found.claim, found.order
    awarded = amount if amount is not None else claim.claimed
    if bps is not None:
        awarded = share((order.final or 0) - order.delivery, bps)
    if awarded == 0:
        raise ClaimMeasure(pointer="/bps")
    others = [other for other in queries.claims_of(session, order.id) if other.id != claim.id]
    _review(claim)
    states.move(claim, ClaimState.APPROVED, CLAIM)
    claim.awarded, claim.decided_by, claim.decided_at = awarded, operator.person_id, found.now
    _require_left(order, others, awarded)
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
    _tell_decided(session, found, approved=True, amount=awarded, reason=None)


def reject(session: Session, operator: Principal, claim_id: UUID, reason: str) -> None:
    """Refuse a claim with a reason. The buyer can appeal for 24 hours; until then the seller is not paid."""
    found = _lock(session, claim_id)
    claim = found.claim
    _review(claim)
    states.move(claim, ClaimState.REJECTED, CLAIM)
    claim.decision_reason, claim.decided_by, claim.decided_at = reason, operator.person_id, found.now
    claim.appeal_until = found.now + APPEAL_WINDOW
    transfers.release_hold(session, found.order.id, _money(claim, claim.claimed))
    _tell_decided(session, found, approved=False, amount=0, reason=reason)


def appeal(session: Session, buyer: Principal, claim_id: UUID, reason: str) -> None:
    """Ask for a second look at a rejected claim, once; the money is held back again. `ClaimWindowOver` after a day."""
    found = queries.lock_claim(session, claim_id, as_buyer(buyer))
    if found is None:
        raise NotFound
    claim = found.claim
    states.move(claim, ClaimState.APPEALED, CLAIM)
    if claim.appeal_reason is not None or claim.appeal_until is None or claim.appeal_until <= found.now:
        raise ClaimWindowOver
    claim.appeal_reason = reason
    transfers.hold(session, found.order.id, _money(claim, claim.claimed))
    _tell_submitted(session, found)


def settle(session: Session, refund_id: UUID) -> None:
    """The buyer has the money back: the claim that this refund pays is settled. Other refunds are not claims'."""
    claim_id = queries.claim_of_refund(session, refund_id)
    if claim_id is None:
        return
    found = _lock(session, claim_id)
    if found.claim.state == ClaimState.SETTLED:
        return
    states.move(found.claim, ClaimState.SETTLED, CLAIM)
    awarded = cast("int", found.claim.awarded)
    tell(session, ClaimSettled, found.order, claim_id=claim_id, amount=awarded, currency=found.claim.currency)


def refund_failed(session: Session, refund_id: UUID, code: str | None) -> None:
    """The refund did not reach the buyer: the claim stays approved, and an operator finds another way."""
    claim_id = queries.claim_of_refund(session, refund_id)
    if claim_id is not None:
        order_id = _lock(session, claim_id).order.id
        queries.open_alert(session, new_id(), order_id, AlertKind.REFUND_FAILED, {"code": code})


def photo_key(session: Session, principal: Principal, photo_id: UUID) -> str:
    """Where a photo is stored, for who sent it and for the parties of its claim's order; `NotFound` for others."""
    key = queries.photo_key(session, photo_id, as_party(principal), principal.buyer_id)
    if key is None:
        raise NotFound
    return key


def _lock(session: Session, claim_id: UUID) -> LockedClaim:
    found = queries.lock_claim(session, claim_id, true())
    if found is None:
        raise NotFound
    return found


def _review(claim: Claim) -> None:
    """Who decides has looked at it."""
    if claim.state != ClaimState.UNDER_REVIEW:
        states.move(claim, ClaimState.UNDER_REVIEW, CLAIM)


def _require_left(order: SellerOrder, others: Sequence[Claim], wanted: int) -> None:
    left = (order.final or 0) - order.delivery - sum(claim.awarded or 0 for claim in others)
    if wanted > left:
        money = Money(left, order.currency)
        raise ClaimTooHigh(left=money)


def _show(session: Session, claim: Claim, photo_ids: Sequence[UUID]) -> None:
    if not photo_ids:
        return
    photos = queries.lock_photos(session, photo_ids, claim.buyer_id)
    if len(photos) != len(set(photo_ids)):
        raise PhotoUnknown(pointer="/photos")
    for photo in photos:
        photo.claim_id = claim.id


def _money(claim: Claim, amount: int) -> Money:
    return Money(amount, claim.currency)


def _tell_submitted(session: Session, found: LockedClaim) -> None:
    claim = found.claim
    tell(session, ClaimSubmitted, found.order, claim_id=claim.id, amount=claim.claimed, currency=claim.currency)


def _tell_decided(session: Session, found: LockedClaim, *, approved: bool, amount: int, reason: str | None) -> None:
    claim = found.claim
    facts = {"approved": approved, "amount": amount, "currency": claim.currency, "reason": reason}
    tell(session, ClaimDecided, found.order, claim_id=claim.id, **facts)
