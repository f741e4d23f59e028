"""The operators' desk for stuck orders: open alerts on the left, oldest first, the selected one on the right."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import read_fields
from agrimarket.kernel.addresses import BOUGHT, SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AlertId, reference
from agrimarket.orders.models.alerts import OrderAlert
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.queues import Desk, Entry, Filter
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.routes.alerts import ALERTS
from agrimarket.orders.schemas.alerts import NoteIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import alerts, finding, seller_orders
from agrimarket.orders.states import SELLER_ORDER_TRANSITIONS, AlertKind, SellerOrderState
from agrimarket.orders.types import OrderView


def _choose(session: Session, operator: Principal, alert_id: UUID) -> tuple[OrderAlert, OrderView]:
    alert = alerts.one(session, alert_id)
    return alert, seller_orders.view(session, operator, alert.seller_order_id)


def _about(session: Session, alert: OrderAlert, view: OrderView) -> dict[str, Any]:
    return {"telephones": alerts.telephones(session, view.order)}


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
DESK = Desk(
    HOME, "alert", "alerts.html", ALERTS, alerts.waiting, lambda alert: alert.id, _entry, _choose, _facts, _about
)


def _filter(db: Database, operator: Principal, kind: AlertKind | None, q: str, language: str) -> Filter:
    """The queue of one kind, or of the orders that fit what was searched for; and the links to the others."""
    with db.reading() as session:
        counts = alerts.counts(session)
        found = finding.sold(session, operator, q)
    asked = {name: said for name, said in (("kind", kind.value if kind else ""), ("q", q.strip())) if said}
    order_ids = [view.order.id for view in found]

    def waiting(session: Session, after: UUID | None, limit: int) -> list[OrderAlert]:
        return [] if q.strip() and not order_ids else alerts.waiting(session, after, limit, kind, order_ids)

    links = [(HOME, t("alert.all", language, count=sum(counts.values())))]
    for each in AlertKind:
        if counts.get(each) or each == kind:
            words = t("alert.of", language, kind=t(f"alert.{each}", language), count=counts.get(each, 0))
            links.append((f"{HOME}?kind={each}", words))
    return Filter(
        urlencode(asked),
        waiting,
        {
            "asked": q.strip(),
            "kind": kind or "",
            "links": links,
            "filtered": f"{HOME}?kind={kind}" if kind else HOME,
            "found": [(path_of(SOLD, each), sides.title(BOUGHT, each, language)) for each in order_ids],
        },
    )


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    alert_id: UUID,
    refusal: DomainError,
    data: Mapping[str, Any],
) -> Template:
    """The desk again after a refusal, with what was typed."""
    beside = _filter(db, operator, None, "", language_of(request))
    return DESK.show(request, db, operator, alert_id, refusal=refusal, data=data, chosen_by=beside)


Kind = Annotated[AlertKind | None, QueryParameter(name="kind")]
Asked = Annotated[str, QueryParameter(name="q", max_length=200)]


@page(HOME)
def queue(
    request: AnyRequest,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
    kind: Kind = None,
    asked: Asked = "",
    cursor: Cursor = None,
) -> Template:
    """The desk with its queue, of which the first is chosen; only one kind, or what was searched for."""
    chosen_by = _filter(db, operator, kind, asked, language)
    return DESK.show(request, db, operator, None, cursor=cursor, chosen_by=chosen_by)


@page(f"{HOME}/{{alert_id:str}}")
def one(
    request: AnyRequest,
    alert_id: FromPath[AlertId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
    language: NamedDependency[str],
    kind: Kind = None,
    asked: Asked = "",
) -> Template:
    """An alert, selected beside the queue."""
    return DESK.show(request, db, operator, alert_id, chosen_by=_filter(db, operator, kind, asked, language))


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


HANDLERS: list[ControllerRouterHandler] = [queue, one, cancel, resolve]
