"""What the parties of an order, and operators, can read. Others find nothing there (invariant 10)."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, false, true
from sqlmodel import Session, col

from agrimarket.kernel import crypto
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.orders import queries
from agrimarket.orders.models import OrderAlert, OrderGroup, SellerOrder
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import Address, ClaimView, GroupView, OrderView, Sales

_SEALED = "order_group.address"
_SELLER_NEEDS_ADDRESS = frozenset(
    {
        SellerOrderState.PLACED,
        SellerOrderState.ACCEPTED,
        SellerOrderState.PACKED,
        SellerOrderState.DISPATCHED,
        SellerOrderState.DELIVERED,
    }
)


def seal(address: Address) -> bytes:
    """The address as it is stored."""
    plain = {name: getattr(address, name) for name in address.__slots__}
    return crypto.encrypt(json.dumps(plain, ensure_ascii=False), context=_SEALED)


def unseal(group: OrderGroup) -> Address:
    """The address of a purchase."""
    return Address(**json.loads(crypto.decrypt(group.address, context=_SEALED)))


def as_seller(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person sells; all of them for an operator."""
    if principal.has(Role.OPERATOR):
        return true()
    return false() if principal.seller_id is None else col(SellerOrder.seller_id) == principal.seller_id


def as_buyer(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person buys; all of them for an operator."""
    if principal.has(Role.OPERATOR):
        return true()
    return false() if principal.buyer_id is None else col(SellerOrder.buyer_id) == principal.buyer_id


def as_party(principal: Principal) -> ColumnElement[bool]:
    """Seller orders that this person buys or sells; all of them for an operator."""
    return as_seller(principal) | as_buyer(principal)


def group_view(session: Session, principal: Principal, group_id: UUID) -> GroupView:
    """A purchase, for its buyer or an operator; `NotFound` for others. One statement."""
    found = _groups(session, principal, [group_id])
    if not found:
        raise NotFound
    return found[0]


def groups(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[GroupView]:
    """The buyer's purchases, an operator's all, the newest first. Two statements."""
    party: ColumnElement[bool] = true()
    if not principal.has(Role.OPERATOR):
        party = false() if principal.buyer_id is None else col(OrderGroup.buyer_id) == principal.buyer_id
    page = queries.group_page(session, party, before, limit)
    return _groups(session, principal, page) if page else []


def _groups(session: Session, principal: Principal, group_ids: Sequence[UUID]) -> list[GroupView]:
    condition = col(SellerOrder.group_id).in_(group_ids) & as_buyer(principal)
    views = _views(queries.order_rows(session, condition), principal)
    by_group = groupby(views, key=lambda view: view.group.id)
    found = [(tuple(parts), group_id) for group_id, parts in by_group]
    return [GroupView(parts[0].group, parts, unseal(parts[0].group)) for parts, _ in reversed(found)]


def order_view(session: Session, principal: Principal, order_id: UUID) -> OrderView:
    """A seller order, for its parties or an operator; `NotFound` for others. One statement."""
    rows = queries.order_rows(session, (col(SellerOrder.id) == order_id) & as_party(principal))
    if not rows:
        raise NotFound
    return _views(rows, principal)[0]


def orders(
    session: Session, principal: Principal, state: SellerOrderState | None, before: UUID | None, limit: int
) -> list[OrderView]:
    """What the seller sells, an operator's all, the newest first. Two statements.

    Sellers do not see what is not paid for: it may lapse, and they could do nothing about it.
    """
    party = as_seller(principal)
    if not principal.has(Role.OPERATOR):
        party = party & col(SellerOrder.placed_at).is_not(None)
    page = queries.order_page(session, party, state, before, limit)
    if not page:
        return []
    rows = queries.order_rows(session, col(SellerOrder.id).in_(page))
    return sorted(_views(rows, principal), key=lambda view: view.order.id, reverse=True)


def _views(rows: Sequence[queries.OrderRow], principal: Principal) -> list[OrderView]:
    views: list[OrderView] = []
    for _, some in groupby(rows, key=lambda row: row[0].id):
        parts = list(some)
        order, group, _, shipment = parts[0]
        views.append(OrderView(order, group, tuple(p[2] for p in parts), shipment, _address(order, group, principal)))
    return views


def _address(order: SellerOrder, group: OrderGroup, principal: Principal) -> Address | None:
    whose = principal.has(Role.OPERATOR) or principal.buyer_id == order.buyer_id
    return unseal(group) if whose or order.state in _SELLER_NEEDS_ADDRESS else None


def claim_views(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[ClaimView]:
    """Claims that this person made or is asked about, an operator's all, the newest first. Two statements."""
    return _claims(session, as_party(principal), before, limit)


def claim_view(session: Session, principal: Principal, claim_id: UUID) -> ClaimView:
    """A claim, for the parties of its order or an operator; `NotFound` for others."""
    found = queries.claim(session, claim_id, as_party(principal))
    if found is None:
        raise NotFound
    return ClaimView(found, tuple(queries.photos_of(session, [claim_id])))


def _claims(session: Session, party: ColumnElement[bool], before: UUID | None, limit: int) -> list[ClaimView]:
    claims = queries.claim_page(session, party, before, limit)
    photos = queries.photos_of(session, [claim.id for claim in claims]) if claims else []
    return [ClaimView(claim, tuple(p for p in photos if p.claim_id == claim.id)) for claim in claims]


def alerts(session: Session, before: UUID | None, limit: int) -> list[OrderAlert]:
    """What operators have to look at, the newest first."""
    return queries.alerts(session, before, limit)


def sales_of(session: Session, seller_id: UUID, since: datetime) -> Sales:
    """What a seller has sold since then: placed and not called off, weights in grams. One statement.

    Ordered amounts until an order is packed, then the packed ones; without delivery, before commission and claims.
    """
    row = queries.sales(session, seller_id, since)
    return Sales(int(row.grams), Money(int(row.gross)), row.orders, row.last_at)
