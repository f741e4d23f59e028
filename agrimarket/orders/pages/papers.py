"""Labels and packing slips, from the pages of sellers and buyers."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import page
from agrimarket.kernel.addresses import BOUGHT, SOLD
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.flows import papers as flows
from agrimarket.orders.pages import sides
from agrimarket.orders.routes.papers import LabelSheet, Sheet, SlipSheet, named, pdf
from agrimarket.settings import Settings


@page("/sell/orders/{order_id:str}/label.pdf")
def label(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    sheet: LabelSheet = Sheet.A6,
) -> Response[bytes]:
    """The labels of an order's boxes, for its seller."""
    return pdf(flows.label(db, settings, principal, order_id, sheet.paper), named("label", order_id))


@page("/sell/orders/{order_id:str}/slip.pdf")
def slip(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    sheet: SlipSheet = Sheet.A4,
) -> Response[bytes]:
    """The packing slip of an order, for its seller."""
    with db.reading() as session:
        sides.view_of(session, principal, order_id, SOLD)
    return pdf(flows.slip(db, settings, principal, order_id, sheet.paper), named("slip", order_id))


@page("/orders/{order_id:str}/slip.pdf")
def bought_slip(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    sheet: SlipSheet = Sheet.A4,
) -> Response[bytes]:
    """The packing slip of an order, for its buyer."""
    with db.reading() as session:
        sides.view_of(session, principal, order_id, BOUGHT)
    return pdf(flows.slip(db, settings, principal, order_id, sheet.paper), named("slip", order_id))


@page("/sell/pack/labels.pdf")
def labels(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
    sheet: LabelSheet = Sheet.A6,
) -> Response[bytes]:
    """The labels of all orders that are packed now."""
    return pdf(flows.labels(db, settings, principal, sheet.paper, language), "labels")


@page("/sell/pack/slips.pdf")
def slips(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    language: NamedDependency[str],
    sheet: SlipSheet = Sheet.A4,
) -> Response[bytes]:
    """The packing slips of all orders that are packed now."""
    return pdf(flows.slips(db, settings, principal, sheet.paper, language), "slips")


HANDLERS: list[ControllerRouterHandler] = [label, slip, bought_slip, labels, slips]
