"""The packing list of a seller: what is to be packed in all, and for whom, by place and building."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlmodel import Session

from agrimarket.kernel.principal import Principal
from agrimarket.orders.queries import seller_orders as queries
from agrimarket.orders.rules import building_of, natural
from agrimarket.orders.service import seller_orders
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import OrderView, PackingList, PackPlace, PackTotal
from agrimarket.regions.types.serviceability import Mode

MOST = 200
"""Orders of a list, those that were accepted first; a sheet of more nobody carries through a shed."""


def packing_list(session: Session, seller: Principal) -> PackingList:
    """The accepted orders that this person sells. Two statements."""
    views, more = _oldest(session, seller, [SellerOrderState.ACCEPTED])
    return PackingList(_totals(views), _places(views), tuple(views), more)


def ready(session: Session, seller: Principal) -> list[OrderView]:
    """The orders whose labels are needed: accepted, or packed and not sent. Two statements."""
    return _oldest(session, seller, [SellerOrderState.ACCEPTED, SellerOrderState.PACKED])[0]


def next_to_weigh(session: Session, seller: Principal) -> OrderView | None:
    """The order that is packed next, in the order of the list; None where nothing waits. Two statements."""
    places = packing_list(session, seller).places
    return next((view for place in places for _, views in place.buildings for view in views), None)


def _oldest(session: Session, seller: Principal, states: Sequence[SellerOrderState]) -> tuple[list[OrderView], bool]:
    found = queries.oldest(session, seller, states, MOST + 1)
    return seller_orders.of_ids(session, seller, found[:MOST])[::-1], len(found) > MOST


def _totals(views: Iterable[OrderView]) -> tuple[PackTotal, ...]:
    found: dict[tuple[str, int], int] = {}
    for view in views:
        for line in view.lines:
            found[line.title, line.pack_grams] = found.get((line.title, line.pack_grams), 0) + line.due_packs
    return tuple(PackTotal(title, packs, packs * grams) for (title, grams), packs in sorted(found.items()))


def _places(views: Iterable[OrderView]) -> tuple[PackPlace, ...]:
    ordered = sorted(views, key=_position)
    return tuple(
        PackPlace(region, mode, tuple((name, tuple(there)) for name, there in groupby(list(found), key=_building)))
        for (mode, region), found in groupby(ordered, key=lambda view: (Mode(view.group.mode), view.group.region_code))
    )


def _position(view: OrderView) -> tuple[bool, str, str, list[tuple[int, str]], list[tuple[int, str]]]:
    """Who picks up comes first, then place by place; buildings and rooms as people count them."""
    street = view.address.street if view.address else ""
    mode, region = view.group.mode, view.group.region_code
    return mode != Mode.PICK_UP, mode, region, natural(_building(view)), natural(street)


def _building(view: OrderView) -> str:
    if view.address is None:
        return ""
    return " ".join(filter(None, (view.address.community, building_of(view.address.street))))
