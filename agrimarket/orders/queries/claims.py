"""SELECTs and locks of claims and their photos."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, tuple_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from agrimarket.kernel.db import locked as lock_rows
from agrimarket.orders.models.claims import Claim, ClaimPhoto
from agrimarket.orders.models.seller_orders import SellerOrder
from agrimarket.orders.queries.seller_orders import FRESH, locked
from agrimarket.orders.states import CLAIM_DECIDABLE, ClaimState


@dataclass(frozen=True, slots=True)
class LockedClaim:
    """A claim under the lock of its order, and the database clock's time."""

    now: datetime
    claim: Claim
    order: SellerOrder


def lock(session: Session, claim_id: UUID, party: ColumnElement[bool]) -> LockedClaim | None:
    """Lock a claim's order, then read the claim; None if `party` does not hold for the order."""
    order_of = select(Claim.seller_order_id).where(col(Claim.id) == claim_id).scalar_subquery()
    found = locked(session, (col(SellerOrder.id) == order_of) & party)
    if not found.orders:
        return None
    claim = session.exec(select(Claim).where(col(Claim.id) == claim_id).execution_options(**FRESH)).one()
    return LockedClaim(found.now, claim, found.orders[0])


def of_refund(session: Session, refund_id: UUID) -> UUID | None:
    """Id of the claim that a refund pays; None if it pays none."""
    return session.exec(select(Claim.id).where(col(Claim.refund_id) == refund_id)).one_or_none()


def of_order(session: Session, order_id: UUID) -> list[Claim]:
    """Every claim about an order."""
    return list(session.exec(select(Claim).where(col(Claim.seller_order_id) == order_id).order_by(col(Claim.id))))


def find(session: Session, claim_id: UUID, party: ColumnElement[bool]) -> Claim | None:
    """A claim about an order for which `party` holds."""
    return session.exec(_claims(party).where(col(Claim.id) == claim_id)).one_or_none()


def page(session: Session, party: ColumnElement[bool], before: UUID | None, limit: int) -> list[Claim]:
    """Claims about orders for which `party` holds, newest first."""
    statement = _claims(party).order_by(col(Claim.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(Claim.id) < before)
    return list(session.exec(statement))


def waiting(session: Session, after: tuple[bool, UUID] | None, limit: int) -> list[Claim]:
    """Claims that operators have to decide, then those whose buyers were asked, each oldest first.

    `after`: whether the last one's buyer was asked, and its id.
    """
    asked = col(Claim.state) == ClaimState.EVIDENCE_REQUESTED
    statement = select(Claim).where(col(Claim.state).in_(CLAIM_DECIDABLE)).order_by(asked, col(Claim.id)).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(asked, col(Claim.id)) > tuple_(*after))
    return list(session.exec(statement))


def _claims(party: ColumnElement[bool]) -> SelectOfScalar[Claim]:
    return select(Claim).join(SellerOrder, col(SellerOrder.id) == Claim.seller_order_id).where(party)


def photos_of(session: Session, claim_ids: Collection[UUID]) -> list[ClaimPhoto]:
    """The photos of claims."""
    return list(
        session.exec(select(ClaimPhoto).where(col(ClaimPhoto.claim_id).in_(claim_ids)).order_by(col(ClaimPhoto.id)))
    )


def photo_key(session: Session, photo_id: UUID, party: ColumnElement[bool], buyer_id: UUID | None) -> str | None:
    """The photo's key in storage, if this buyer sent it or `party` holds for its claim's order; None otherwise."""
    statement = (
        select(ClaimPhoto.key)
        .outerjoin(Claim, col(Claim.id) == ClaimPhoto.claim_id)
        .outerjoin(SellerOrder, col(SellerOrder.id) == Claim.seller_order_id)
        .where(col(ClaimPhoto.id) == photo_id, or_(col(ClaimPhoto.buyer_id) == buyer_id, party))
    )
    return session.exec(statement).one_or_none()


def lock_photos(session: Session, photo_ids: Collection[UUID], buyer_id: UUID) -> list[ClaimPhoto]:
    """The buyer's photos of those ids that no claim shows yet, locked in id order."""
    statement = (
        select(ClaimPhoto)
        .where(
            col(ClaimPhoto.id).in_(photo_ids),
            col(ClaimPhoto.buyer_id) == buyer_id,
            col(ClaimPhoto.claim_id).is_(None),
        )
        .order_by(col(ClaimPhoto.id))
    )
    return list(session.exec(lock_rows(statement)))
