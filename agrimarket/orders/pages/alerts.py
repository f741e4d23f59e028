"""The operators' desk for stuck orders: open alerts on the left, oldest first, the selected one on the right."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import BOUGHT
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AlertId, reference
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.queues import Desk, Entry, queue_of
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.routes.alerts import ALERTS
from agrimarket.orders.schemas.alerts import NoteIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import alerts, seller_orders
from agrimarket.orders.states import SELLER_ORDER_TRANSITIONS, SellerOrderState
from agrimarket.orders.types import OrderView


def _choose(session: Session, operator: Principal, alert_id: UUID) -> tuple[OrderAlert, OrderView]:
    alert = alerts.one(session, alert_id)
    return alert, seller_orders.view(session, operator, alert.seller_order_id)


def _entry(alert: OrderAlert, language: str) -> Entry:
    words = sides.title(BOUGHT, alert.seller_order_id, language)
    return Entry(words, (t(f"alert.{alert.kind}", language), alert.created_at))


def _facts(alert: OrderAlert, view: OrderView, language: str) -> dict[str, Any]:
    return {
        "item": alert,
        "heading": sides.title(BOUGHT, view.order.id, language),
        "details": [str(value) for value in alert.details.values() if isinstance(value, str) and value],
        "address": view.address,
        "traces": [(f"/lots/{reference('lot', line.lot_id)}/trace", line.title) for line in view.lines],
        "cancellable": SellerOrderState.CANCELLED in SELLER_ORDER_TRANSITIONS.get(view.order.state, ()),
    }


HOME = "/desk/orders"
DESK = Desk(HOME, "alert", "alerts.html", ALERTS, alerts.waiting, lambda alert: alert.id, _entry, _choose, _facts)


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    alert_id: UUID,
    refusal: DomainError,
    data: Mapping[str, Any],
) -> Template:
    """The desk again after a refusal, with what was typed."""
    return DESK.show(request, db, operator, alert_id, refusal=refusal, data=data)


@page(f"{HOME}/{{alert_id:str}}")
def one(
    request: AnyRequest,
    alert_id: FromPath[AlertId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """An alert, selected beside the queue."""
    return DESK.show(request, db, operator, alert_id)


@form(f"{HOME}/{{alert_id:str}}/cancel", again=show)
def cancel(
    request: AnyRequest,
    alert_id: FromPath[AlertId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Call the order off; what its buyer has paid comes back. The alert stays open until it is closed with a note."""
    reason = read_fields(ReasonIn, data, "reason").reason
    with db.transaction() as session:
        order_id = alerts.one(session, alert_id).seller_order_id
        seller_orders.cancel(session, operator, order_id, reason)
    return see_other(DESK.path(alert_id))


@form(f"{HOME}/{{alert_id:str}}/resolve", again=show)
def resolve(
    request: AnyRequest,
    alert_id: FromPath[AlertId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Close the alert with a note of what was done."""
    note = read_fields(NoteIn, data, "note").note
    with db.transaction() as session:
        alerts.resolve(session, operator, alert_id, note)
    return see_other(HOME)


queue = page(HOME)(queue_of(DESK))
HANDLERS: list[ControllerRouterHandler] = [queue, one, cancel, resolve]
