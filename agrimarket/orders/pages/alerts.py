"""The operators' desk for stuck orders: open alerts on the left, oldest first, the selected one on the right."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import BOUGHT, SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.paging import Window
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AlertId, reference
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.routes.alerts import ALERTS
from agrimarket.orders.schemas.alerts import NoteIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import alerts, seller_orders
from agrimarket.orders.states import SELLER_ORDER_TRANSITIONS, SellerOrderState
from agrimarket.orders.types import OrderView

HOME = "/desk/orders"
SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Desk:
    """Rows that the desk shows."""

    waiting: list[OrderAlert]
    following: str | None
    selected: OrderAlert | None
    order: OrderView | None


def _read(session: Session, operator: Principal, alert_id: UUID | None, window: Window[OrderAlert, UUID]) -> _Desk:
    waiting, following = window.cut(alerts.waiting(session, window.after, window.rows))
    selected = alerts.one(session, alert_id) if alert_id else next(iter(waiting), None)
    order = seller_orders.view(session, operator, selected.seller_order_id) if selected else None
    return _Desk(waiting, following, selected, order)


def _path(alert_id: UUID) -> str:
    return f"{HOME}/{reference('alert', alert_id)}"


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    alert_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of the desk: `alert_id` is selected, or the alert that is open longest.

    After a `refusal` the page has its sentence and what was typed (`data`).
    """
    language = language_of(request)
    with db.reading() as session:
        desk = _read(session, operator, alert_id, ALERTS.window(cursor, SHOWN))
    return render_page(
        request,
        "alerts.html",
        visitor=operator,
        refusal=refusal,
        typed=texts(data or {}),
        queue=[(_path(each.id), sides.title(BOUGHT, each.seller_order_id, language), each) for each in desk.waiting],
        more=f"{HOME}?cursor={desk.following}" if desk.following else "",
        **_item(desk, language),
    )


def _item(desk: _Desk, language: str) -> dict[str, Any]:
    """Right side of the desk: the selected alert and its order."""
    alert, view = desk.selected, desk.order
    if alert is None or view is None:
        return {"item": None, "href": ""}
    order = view.order
    return {
        "item": alert,
        "href": _path(alert.id),
        "heading": sides.title(BOUGHT, order.id, language),
        "details": [str(value) for value in alert.details.values() if isinstance(value, str) and value],
        "order": order,
        "orders": [(path_of(side, order.id), t(f"order.page.{side}", language)) for side in (BOUGHT, SOLD)],
        "lines": [f"{line.title} × {line.packs}" for line in view.lines],
        "address": view.address,
        "history": sides.timeline(view, language),
        "cancellable": SellerOrderState.CANCELLED in SELLER_ORDER_TRANSITIONS.get(order.state, ()),
    }


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """Orders that are stuck, oldest first; the first is selected."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{alert_id:str}}")
def one(
    request: AnyRequest,
    alert_id: FromPath[AlertId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """An alert, selected beside the queue."""
    return show(request, db, operator, alert_id)


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
    return see_other(_path(alert_id))


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


HANDLERS: list[ControllerRouterHandler] = [queue, one, cancel, resolve]
