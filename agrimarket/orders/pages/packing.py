"""The packing list of a seller, and the way from it to the scale."""

from litestar.di import NamedDependency
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page, see_other
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.service import packing, seller_orders
from agrimarket.orders.states import SellerOrderState
from agrimarket.regions.service import places

HOME = "/sell/pack"


@page(HOME)
def packing_list(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """All orders that wait to be packed: how much of what, then for whom, place by place. It is made to be printed."""
    with db.reading() as session:
        found = packing.packing_list(session, principal)
        counts = seller_orders.counts(session, principal)
        names = places.called(session, {place.region_code for place in found.places}, language) if found.places else {}
    return render_page(
        request,
        "packing.html",
        visitor=principal,
        list=found,
        totals=[(each.title, each.packs, Weight(each.grams)) for each in found.totals],
        places=[(names.get(each.region_code, each.region_code), each) for each in found.places],
        called={view.order.id: sides.title(SOLD, view.order.id, language) for view in found.orders},
        paths={view.order.id: path_of(SOLD, view.order.id) for view in found.orders},
        packed=counts.get(SellerOrderState.PACKED, 0),
    )


@page(f"{HOME}/weigh")
def weigh_next(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """To the scale with the order that is packed next; back to the list where none waits."""
    with db.reading() as session:
        view = packing.next_to_weigh(session, principal)
    return see_other(f"{path_of(SOLD, view.order.id)}/weigh" if view else HOME)


HANDLERS: list[ControllerRouterHandler] = [packing_list, weigh_next]
