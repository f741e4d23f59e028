"""Labels and packing slips over HTTP, as PDF."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from agrimarket.http.handlers import get
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.flows import papers as flows
from agrimarket.printing.labels import Paper
from agrimarket.settings import Settings

TAGS = ["orders"]
PDF = "application/pdf"


class Sheet(StrEnum):
    """Sheets by the names that addresses have."""

    A6 = "a6"
    A4 = "a4"

    @property
    def paper(self) -> Paper:
        """The sheet, for the printer."""
        return Paper[self.name]


LabelSheet = Annotated[
    Sheet, QueryParameter(name="paper", description="`a6`, one label a page; `a4`, four a sheet, to be cut.")
]
SlipSheet = Annotated[Sheet, QueryParameter(name="paper")]


def pdf(content: bytes, name: str) -> Response[bytes]:
    """A file that is shown, and saved under that name; it names people, so nobody on the way keeps it."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=PDF, headers=headers)


def named(word: str, order_id: UUID) -> str:
    """Name of a file about an order, with the number by which people call it."""
    return f"{word}-{short_number(order_id)}"


@get(
    "/seller-orders/{order_id:str}/label.pdf",
    tags=TAGS,
    summary="Labels for an order's boxes",
    media_type=PDF,
    scopes=(Scope.ORDERS_READ,),
)
def print_label(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    sheet: LabelSheet = Sheet.A6,
) -> Response[bytes]:
    """A label for each box, in the language of who gets it: number, recipient, goods, weight, and a QR code that leads
    to the order's page. For its seller, until it has ended."""
    return pdf(flows.label(db, settings, principal, order_id, sheet.paper), named("label", order_id))


@get(
    "/seller-orders/{order_id:str}/slip.pdf",
    tags=TAGS,
    summary="The packing slip of an order",
    media_type=PDF,
    scopes=(Scope.ORDERS_READ, Scope.PURCHASES_READ),
)
def print_slip(
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    sheet: SlipSheet = Sheet.A4,
) -> Response[bytes]:
    """What was ordered and packed, what it costs, and what is not charged; for the order's seller and its buyer."""
    return pdf(flows.slip(db, settings, principal, order_id, sheet.paper), named("slip", order_id))
