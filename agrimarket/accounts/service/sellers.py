"""Sellers: accounts that sell, and their standing."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import SellerUnknown
from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.accounts.queries import sellers as queries
from agrimarket.accounts.service import people
from agrimarket.accounts.states import STANDING_TRANSITIONS, SellerKind, Standing
from agrimarket.accounts.types import SellerInfo
from agrimarket.kernel import outbox, states
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role


def register(session: Session, person_id: UUID, kind: SellerKind, display_name: str, region_code: str) -> UUID:
    """Make a person's seller account, `pending` at first; one that they have stays as it is. Grants the role."""
    seller_id = queries.register(session, new_id(), person_id, kind, display_name, region_code)
    people.name_if_nameless(session, person_id, display_name)
    people.grant_role(session, person_id, Role.SELLER)
    return seller_id


def set_standing(session: Session, seller_id: UUID, standing: Standing, exposure_limit: Money | None = None) -> None:
    """Change a seller's standing. `exposure_limit` replaces the earlier one; None is no limit.

    Locks the seller. `SellerUnknown`; `IllegalTransition` for a move that STANDING_TRANSITIONS does not have.
    """
    seller = queries.lock(session, seller_id)
    if seller is None:
        raise SellerUnknown
    changed = Standing(seller.standing) is not standing
    if changed:
        states.move(seller, standing, STANDING_TRANSITIONS, field="standing")
    seller.exposure_limit = exposure_limit.amount if exposure_limit else None
    seller.currency = exposure_limit.currency if exposure_limit else seller.currency
    session.flush()  # later statements of this transaction are plain SQL
    if changed:
        outbox.record(session, SellerStandingChanged(seller_id=seller_id, standing=standing))


def get(session: Session, seller_id: UUID) -> SellerInfo:
    """The seller of that id; `SellerUnknown`."""
    found = queries.by_ids(session, [seller_id])
    if seller_id not in found:
        raise SellerUnknown
    return found[seller_id]


def by_ids(session: Session, seller_ids: Collection[UUID]) -> dict[UUID, SellerInfo]:
    """Sellers by id, those of `seller_ids` that exist; one statement."""
    return queries.by_ids(session, seller_ids)


def approve_produce(session: Session, seller_id: UUID, produce: str) -> None:
    """Record produce that the seller may sell from now on: in their own words, or the code of its kind."""
    queries.add_produce(session, seller_id, produce)


def approved_produce(session: Session, seller_id: UUID) -> list[str]:
    """What the seller may sell, as `approve_produce` took it, the oldest first; one statement."""
    return queries.produce(session, seller_id)
