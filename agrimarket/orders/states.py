"""States of seller orders, reservations, shipments and claims, and every move between them; others are refused."""

from collections.abc import Mapping
from enum import StrEnum


class SellerOrderState(StrEnum):
    """States of a seller order."""

    PENDING_PAYMENT = "pending_payment"
    PLACED = "placed"
    ACCEPTED = "accepted"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    PAYMENT_EXPIRED = "payment_expired"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class ReservationState(StrEnum):
    """States of a reservation: stock that is held for an order."""

    ACTIVE = "active"
    COMMITTED = "committed"
    RELEASED = "released"
    EXPIRED = "expired"


class PassKind(StrEnum):
    """Kinds of transport passes. Paper is as good as electronic."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


class ShipmentState(StrEnum):
    """States of a shipment."""

    PLANNED = "planned"
    READY = "ready"
    IN_TRANSIT = "in_transit"
    HELD_AT_CHECKPOINT = "held_at_checkpoint"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"


class ClaimState(StrEnum):
    """States of a claim."""

    SUBMITTED = "submitted"
    EVIDENCE_REQUESTED = "evidence_requested"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    SETTLED = "settled"
    REJECTED = "rejected"
    REVIEW_REQUESTED = "review_requested"


class GroupState(StrEnum):
    """States of an order group, derived from its seller orders by `rules.group_state`."""

    PENDING_PAYMENT = "pending_payment"
    PAYMENT_EXPIRED = "payment_expired"
    PLACED = "placed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class AlertKind(StrEnum):
    """The reasons why an operator has to look at an order."""

    RESTRICTED = "restricted"
    RECALLED = "recalled"
    SHIPMENT_FAILED = "shipment_failed"
    REFUND_FAILED = "refund_failed"
    AUTHORISATION_LAPSED = "authorisation_lapsed"
    LATE_ANSWER = "late_answer"
    NOT_PACKED = "not_packed"
    NOT_SENT = "not_sent"
    NOT_ARRIVED = "not_arrived"
    LAPSING = "lapsing"


_S = SellerOrderState
_R = ReservationState
_H = ShipmentState
_C = ClaimState

SELLER_ORDER_TRANSITIONS: Mapping[SellerOrderState, frozenset[SellerOrderState]] = {
    _S.PENDING_PAYMENT: frozenset({_S.PLACED, _S.PAYMENT_EXPIRED}),
    # An order whose payment succeeds after its reservation lapsed is placed if stock could be reserved again.
    _S.PAYMENT_EXPIRED: frozenset({_S.PLACED}),
    _S.PLACED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.CANCELLED}),
    _S.ACCEPTED: frozenset({_S.PACKED, _S.DECLINED, _S.CANCELLED}),
    _S.PACKED: frozenset({_S.DISPATCHED, _S.CANCELLED}),
    _S.DISPATCHED: frozenset({_S.DELIVERED, _S.CANCELLED}),
    _S.DELIVERED: frozenset({_S.COMPLETED}),
}
RESERVATION_TRANSITIONS: Mapping[ReservationState, frozenset[ReservationState]] = {
    _R.ACTIVE: frozenset({_R.COMMITTED, _R.RELEASED, _R.EXPIRED}),
    # The stock of an order that is cancelled before it is packed is on sale again.
    _R.COMMITTED: frozenset({_R.RELEASED}),
}
SHIPMENT_TRANSITIONS: Mapping[ShipmentState, frozenset[ShipmentState]] = {
    _H.PLANNED: frozenset({_H.READY}),
    _H.READY: frozenset({_H.IN_TRANSIT}),
    _H.IN_TRANSIT: frozenset({_H.HELD_AT_CHECKPOINT, _H.DELIVERED, _H.FAILED, _H.RETURNED}),
    _H.HELD_AT_CHECKPOINT: frozenset({_H.IN_TRANSIT, _H.FAILED, _H.RETURNED}),
}
CLAIM_TRANSITIONS: Mapping[ClaimState, frozenset[ClaimState]] = {
    _C.SUBMITTED: frozenset({_C.EVIDENCE_REQUESTED, _C.UNDER_REVIEW}),
    _C.EVIDENCE_REQUESTED: frozenset({_C.SUBMITTED, _C.UNDER_REVIEW}),
    _C.UNDER_REVIEW: frozenset({_C.APPROVED, _C.REJECTED}),
    _C.APPROVED: frozenset({_C.SETTLED}),
    _C.REJECTED: frozenset({_C.REVIEW_REQUESTED}),
    _C.REVIEW_REQUESTED: frozenset({_C.UNDER_REVIEW}),
}

EXITS = frozenset({_S.PAYMENT_EXPIRED, _S.DECLINED, _S.CANCELLED})
"""An order in these states has ended, and its seller earns nothing."""
OPEN = frozenset({_S.PLACED, _S.ACCEPTED, _S.PACKED, _S.DISPATCHED})
"""An order in these states is paid for and not yet delivered, so a new restriction can affect it."""
UNPACKED = frozenset({_S.PENDING_PAYMENT, _S.PLACED, _S.ACCEPTED})
"""The final amount of an order in these states is not known yet."""
ADDRESS_NEEDED = frozenset({*OPEN, _S.DELIVERED})
"""The seller of an order in these states sees its address."""
WATCHED = (
    AlertKind.LATE_ANSWER,
    AlertKind.NOT_PACKED,
    AlertKind.NOT_SENT,
    AlertKind.NOT_ARRIVED,
    AlertKind.LAPSING,
)
"""Alerts of these kinds are opened by the clock, and closed by it when the order moves on."""
CLAIM_PENDING = frozenset({_C.SUBMITTED, _C.EVIDENCE_REQUESTED, _C.UNDER_REVIEW, _C.APPROVED, _C.REVIEW_REQUESTED})
"""A claim in these states still holds the seller's money back."""
CLAIM_UNDECIDED = frozenset({_C.SUBMITTED, _C.UNDER_REVIEW, _C.REVIEW_REQUESTED})
"""A claim in these states waits for an operator."""
CLAIM_DECIDABLE = CLAIM_UNDECIDED | {_C.EVIDENCE_REQUESTED}
"""A claim in these states can be decided: also where its buyer was asked and has not answered."""
