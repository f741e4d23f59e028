"""What the buyer of a declined order is offered instead: the same produce, on sale, sent to them, not dearer."""

from dataclasses import replace
from typing import Final

from sqlmodel import Session

from agrimarket.catalog.service import listings, search
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.search import Search, Sort
from agrimarket.kernel.principal import Principal, Role
from agrimarket.orders.models.order_groups import OrderGroup
from agrimarket.orders.models.seller_orders import OrderLine, SellerOrder
from agrimarket.orders.queries import seller_orders as queries
from agrimarket.orders.rules import MAX_ALTERNATIVES
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import Address, OrderView
from agrimarket.regions.service import serviceability
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.regions.types.serviceability import Mode

_KINDS: Final = 3
"""Lines of an order for which something is looked for."""
_LOOKED_AT: Final = 20


def with_alternatives(session: Session, principal: Principal, view: OrderView) -> OrderView:
    """The order with what its buyer is offered instead, where it was declined and its buyer or an operator looks."""
    buys = principal.has(Role.OPERATOR) or principal.buyer_id == view.order.buyer_id
    if view.order.state != SellerOrderState.DECLINED or not buys:
        return view
    return replace(view, alternatives=alike(session, view.order, view.group))


def alike(session: Session, order: SellerOrder, group: OrderGroup) -> tuple[ListingView, ...]:
    """Listings of others that stand in for an order's goods, none dearer by weight; two statements a line and one."""
    found: dict[str, ListingView] = {}
    for line in queries.lines_of(session, order.id)[:_KINDS]:
        for listing in _candidates(session, order, group, line):
            found[str(listing.id)] = listing
    reachable = _reachable(session, group, list(found.values()))
    return tuple(sorted(reachable, key=lambda each: (each.price_per_kg.amount, each.id))[:MAX_ALTERNATIVES])


def _candidates(session: Session, order: SellerOrder, group: OrderGroup, line: OrderLine) -> list[ListingView]:
    code = listings.view(session, line.listing_id).product_code
    cheapest = search.find(session, Search(product=code, sort=Sort.CHEAPEST), limit=_LOOKED_AT).listings
    return [
        each
        for each in cheapest
        if each.product_id == line.product_id
        and each.seller_id != order.seller_id
        and each.price.currency == order.currency
        and each.price.amount * line.pack_grams <= line.unit_price * each.pack_grams
        and each.available_packs >= each.min_packs
        and each.closed_since is None
        and group.mode in each.modes
    ]


def _reachable(session: Session, group: OrderGroup, offers: list[ListingView]) -> list[ListingView]:
    """Those of `offers` that can be delivered to the purchase's address now. One statement, or none."""
    if not offers:
        return []
    judged = serviceability.each(
        session,
        {each.region_code for each in offers},
        group.region_code,
        group.community,
        Mode(group.mode),
        offered=(),
        street=Address.opened(group.address).street,
    )
    return [each for each in offers if judged[each.region_code].verdict is Verdict.OPEN]
