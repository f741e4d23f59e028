"""Sellers and buyers: the accounts that trade."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from agrimarket.accounts.errors import BuyerUnknown, SellerUnknown
from agrimarket.accounts.events import SellerStandingChanged
from agrimarket.accounts.models import Buyer, Seller
from agrimarket.accounts.service.people import grant_role
from agrimarket.accounts.states import STANDING_TRANSITIONS, BuyerKind, SellerKind, Standing
from agrimarket.kernel import outbox, states
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role


@dataclass(frozen=True, slots=True)
class SellerInfo:
    """A seller as other packages see it."""

    id: UUID
    person_id: UUID
    kind: SellerKind
    display_name: str
    region_code: str
    standing: Standing
    exposure_limit: Money | None


@dataclass(frozen=True, slots=True)
class BuyerInfo:
    """A buyer as other packages see it."""

    id: UUID
    person_id: UUID
    kind: BuyerKind
    display_name: str
    region_code: str


def open_seller(session: Session, person_id: UUID, kind: SellerKind, display_name: str, region_code: str) -> UUID:
    """A person's seller account, `pending` at first; one that they have stays as it is. Grants the role."""
    row = {"id": new_id(), "person": person_id, "kind": kind.value, "name": display_name, "region": region_code}
    seller_id: UUID = session.connection().execute(_OPEN_SELLER, row).scalar_one()
    _name_if_nameless(session, person_id, display_name)
    grant_role(session, person_id, Role.SELLER)
    return seller_id


def register_buyer(session: Session, person_id: UUID, kind: BuyerKind, display_name: str, region_code: str) -> UUID:
    """A person's buyer account; what one that they have says is replaced. Grants the role."""
    row = {"id": new_id(), "person": person_id, "kind": kind.value, "name": display_name, "region": region_code}
    buyer_id: UUID = session.connection().execute(_REGISTER_BUYER, row).scalar_one()
    _name_if_nameless(session, person_id, display_name)
    grant_role(session, person_id, Role.BUYER)
    return buyer_id


def set_standing(session: Session, seller_id: UUID, standing: Standing, exposure_limit: Money | None = None) -> None:
    """Trust a seller more, or less. `exposure_limit` replaces the earlier one; None is no limit.

    Locks the seller. `SellerUnknown`; `IllegalTransition` for a move that STANDING_TRANSITIONS does not have.
    """
    statement = select(Seller).where(col(Seller.id) == seller_id).with_for_update()
    seller = session.exec(statement.execution_options(populate_existing=True)).one_or_none()
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


def seller(session: Session, seller_id: UUID) -> SellerInfo:
    """That seller; `SellerUnknown`."""
    found = sellers(session, [seller_id])
    if seller_id not in found:
        raise SellerUnknown
    return found[seller_id]


def sellers(session: Session, seller_ids: Collection[UUID]) -> dict[UUID, SellerInfo]:
    """Those of `seller_ids` that exist; one statement."""
    rows = session.connection().execute(_SELLERS, {"ids": list(seller_ids)})
    return {
        row.id: SellerInfo(
            row.id,
            row.person_id,
            SellerKind(row.kind),
            row.display_name,
            row.region_code,
            Standing(row.standing),
            None if row.exposure_limit is None else Money(row.exposure_limit, row.currency),
        )
        for row in rows
    }


def buyer_info(session: Session, buyer_id: UUID) -> BuyerInfo:
    """That buyer; `BuyerUnknown`."""
    found = buyers(session, [buyer_id])
    if buyer_id not in found:
        raise BuyerUnknown
    return found[buyer_id]


def buyers(session: Session, buyer_ids: Collection[UUID]) -> dict[UUID, BuyerInfo]:
    """Those of `buyer_ids` that exist; one statement."""
    rows = session.exec(select(Buyer).where(col(Buyer.id).in_(buyer_ids)))
    return {
        row.id: BuyerInfo(row.id, row.person_id, BuyerKind(row.kind), row.display_name, row.region_code) for row in rows
    }


def _name_if_nameless(session: Session, person_id: UUID, display_name: str) -> None:
    session.connection().execute(_NAME, {"id": person_id, "name": display_name})


_OPEN_SELLER = text("""
    INSERT INTO seller (id, person_id, kind, display_name, region_code, standing)
    VALUES (:id, :person, :kind, :name, :region, 'pending')
    ON CONFLICT (person_id) DO UPDATE SET person_id = excluded.person_id
    RETURNING id
""")
_REGISTER_BUYER = text("""
    INSERT INTO buyer (id, person_id, kind, display_name, region_code)
    VALUES (:id, :person, :kind, :name, :region)
    ON CONFLICT (person_id) DO UPDATE SET
        kind = excluded.kind, display_name = excluded.display_name, region_code = excluded.region_code
    RETURNING id
""")
_NAME = text("UPDATE person SET display_name = :name WHERE id = :id AND display_name = ''")
_SELLERS = text("""
    SELECT id, person_id, kind, display_name, region_code, standing, exposure_limit, currency
    FROM seller WHERE id = ANY(:ids)
""")
