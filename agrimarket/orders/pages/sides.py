"""What the pages of an order show alike to who bought it and to who sold it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.response import Template
from sqlmodel import Session

from agrimarket.http.pages import render_page
from agrimarket.kernel.addresses import BOUGHT, CLAIM, SOLD, path_of, title_of
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import reference
from agrimarket.orders.models.claims import Claim
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.rules import SHORT_HARVEST
from agrimarket.orders.service import seller_orders
from agrimarket.orders.service.seller_orders import NO_ANSWER
from agrimarket.orders.states import SellerOrderState, ShipmentState
from agrimarket.orders.types import OrderView
from agrimarket.regions.service import places

AnyRequest = Request[Any, Any, Any]
HOMES = {BOUGHT: "/orders", SOLD: "/sell/orders"}
"""Side of an order → address of the list of that side's orders."""
SHOWN = 20
_STEPS = ("placed", "accepted", "packed", "dispatched", "delivered", "completed")
_TOLD = frozenset({ShipmentState.HELD_AT_CHECKPOINT, ShipmentState.FAILED, ShipmentState.RETURNED})


def view_of(session: Session, principal: Principal, order_id: UUID, side: str) -> OrderView:
    """The order as it is seen from that side; `NotFound` for its other party."""
    view = seller_orders.view(session, principal, order_id)
    mine, theirs = principal.seller_id, view.order.seller_id
    if side == BOUGHT:
        mine, theirs = principal.buyer_id, view.order.buyer_id
    if mine != theirs and not principal.has(Role.OPERATOR):
        raise NotFound
    return view


def place(session: Session, view: OrderView, language: str) -> str:
    """Name of the place to which the order goes; "" where its address is not shown. One statement at most."""
    code = view.address.region_code if view.address else ""
    return places.called(session, {code}, language).get(code, code) if code else ""


def title(side: str, order_id: UUID, language: str) -> str:
    """Title of an order's page, with its number."""
    return title_of(side, short_number(order_id), language)


def claim_title(claim_id: UUID, language: str) -> str:
    """Title of a claim's page, with its number."""
    return title_of(CLAIM, short_number(claim_id), language)


def lapsed(view: OrderView, now: datetime) -> bool:
    """Whether the order still waits for its payment although the time for it is over."""
    return view.order.state == SellerOrderState.PENDING_PAYMENT and view.group.expires_at <= now


def _state(view: OrderView, now: datetime | None) -> str:
    """The state that pages tell: what was not paid in time is over, also before the sweep has written that down."""
    return SellerOrderState.PAYMENT_EXPIRED if now and lapsed(view, now) else view.order.state


def listed(
    request: AnyRequest,
    principal: Principal,
    side: str,
    views: list[OrderView],
    language: str,
    *,
    more: str,
    links: list[tuple[str, str]],
    chosen: str,
    now: datetime | None = None,
    asked: str = "",
    left: Mapping[UUID, timedelta] | None = None,
) -> Template:
    """The list of one side's orders; `links` are its parts, of which `chosen` is shown, and `more` is the next page.

    With `now`, it tells which were not paid in time. `asked` is what was searched for, and `left` how long sellers have
    to answer.
    """
    return render_page(
        request,
        "seller_orders/list.html",
        visitor=principal,
        side=side,
        title=dict(links[1:]).get(chosen, t(f"order.{side}", language)),
        links=links,
        chosen=chosen,
        rows=[
            (path_of(side, each.order.id), title(side, each.order.id, language), each, _state(each, now))
            for each in views
        ],
        more=more,
        asked=asked,
        left=left or {},
    )


def facts(
    view: OrderView, claims: list[Claim], side: str, language: str, *, now: datetime | None = None
) -> dict[str, Any]:
    """What the page of an order shows on both sides; with `now`, it tells whether it was not paid in time."""
    order = view.order
    return {
        "title": title(side, order.id, language),
        "home": HOMES[side],
        "href": path_of(side, order.id),
        "side": side,
        "order": order,
        "state": _state(view, now),
        "address": view.address,
        "mode": view.group.mode,
        "lines": [_line(line, order.currency) for line in view.lines],
        "claims": [(path_of(CLAIM, each.id), claim_title(each.id, language), each) for each in claims],
        "timeline": timeline(view, language),
        "shipment": view.shipment,
        "transport_pass": view.transport_pass,
        "photos": [reference("delivery_photo", photo_id) for photo_id in view.photos],
    }


def unit(language: str) -> str:
    """Unit in which people who read that language weigh."""
    return "kg" if language == "en" else "jin"


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    packed = line.packed_grams
    return {
        "title": line.title,
        "packs": line.packs,
        "pack": Weight(line.pack_grams),
        "share": None if line.allotted_grams is None else Weight(line.allotted_grams),
        "packed": None if packed is None else Weight(packed),
        "final": None if line.final is None else Money(line.final, currency),
    }


def timeline(view: OrderView, language: str) -> list[dict[str, Any]]:
    """What happened to an order, newest first."""
    order, shipment = view.order, view.shipment
    found = [_entry(at, f"order.step.{step}", language) for step in _STEPS if (at := getattr(order, f"{step}_at"))]
    for entry in found:
        if entry["key"] == "order.step.packed":
            entry["more"] = _packed(view, language)
        if entry["key"] == "order.step.dispatched" and shipment is not None:
            entry["more"] = " ".join(filter(None, (shipment.carrier, shipment.tracking_number)))
    if shipment is not None and shipment.state in _TOLD:
        more = " ".join(filter(None, (shipment.held_place, shipment.note)))
        found.append(_entry(shipment.changed_at, f"shipment.{shipment.state}", language, more, "bad"))
    if order.ended_at is not None:
        own = {NO_ANSWER: "order.no_answer", SHORT_HARVEST: "order.short_harvest"}.get(order.end_reason or "")
        reason = t(own, language) if own else order.end_reason or ""
        found.append(_entry(order.ended_at, f"order.state.{order.state}", language, reason, "bad"))
    ordered = _entry(order.created_at, "order.step.ordered", language)
    return [*sorted(found, key=lambda entry: entry["at"], reverse=True), ordered]


def _entry(at: datetime, key: str, language: str, more: str = "", tone: str = "") -> dict[str, Any]:
    return {"at": at, "key": key, "words": t(key, language), "more": more, "tone": tone}


def _packed(view: OrderView, language: str) -> str:
    """What was packed and what is paid for it, with delivery."""
    weight = Weight(sum(line.packed_grams or 0 for line in view.lines))
    return t("order.packed_as", language, weight=weight, amount=Money(view.order.final or 0, view.order.currency))
