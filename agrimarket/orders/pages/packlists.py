"""Pages on which an enterprise accepts, packs and sends many orders at once."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.bulk.pages.files import Section, show_home
from agrimarket.bulk.states import Kind
from agrimarket.http.downloads import Format, download
from agrimarket.http.formdata import Fields, several
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel.addresses import SOLD
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference
from agrimarket.orders.flows import packlists as flows
from agrimarket.orders.packlists.columns import WORDS
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.sides import HOMES, AnyRequest
from agrimarket.orders.schemas.packlists import AcceptedManyOut, AcceptManyIn
from agrimarket.orders.service import packlists

HOME = f"{HOMES[SOLD]}/bulk"
SHOWN = 200
"""Orders that can be ticked on the page; all are those of this page, and the next ones follow."""


def _placed(db: Database, principal: Principal) -> dict[str, Any]:
    with db.reading() as session:
        waiting = packlists.views(session, principal, packlists.placed(session, principal, SHOWN))
    return {"waiting": [(reference("seller_order", view.order.id), view) for view in waiting], "number": short_number}


SECTION = Section(
    Kind.ORDERS, HOME, HOMES[SOLD], "packlist", "packlists.html", WORDS.column_of, flows.check_file, _placed
)


def show(request: AnyRequest, db: Database, principal: Principal, refusal: DomainError) -> Template:
    """The page again after a refusal."""
    return show_home(SECTION, request, db, principal, refusal=refusal)


@form(f"{HOME}/accept", again=show)
def accept(
    request: AnyRequest,
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template | Redirect:
    """Accept the orders that were ticked; then those that could not be are told, each with its reason."""
    chosen = decode_model(AcceptManyIn, {"order_ids": several(data.get("order_ids", ""))})
    with db.reading() as session:
        packlists.require_own(session, principal, chosen.order_ids)
    done = AcceptedManyOut.of(flows.accept(db, principal, chosen.order_ids), language)
    refused = [(sides.title(SOLD, each.order_id, language), each.error.detail) for each in done.refused]
    if not refused:
        return see_other(HOME)
    return show_home(SECTION, request, db, principal, accepted=len(done.accepted), refused=refused)


@page(f"{HOME}/export")
def export(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """The orders to pack and send, as a file to be filled in."""
    with db.reading() as session:
        return download(packlists.export(session, principal, format, language), "orders", format)


HANDLERS: list[ControllerRouterHandler] = [accept, export, *SECTION.handlers()]
