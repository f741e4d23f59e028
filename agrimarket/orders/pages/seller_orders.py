"""Pages of those who sell: their orders by what is to be done, and one of them with what they do next."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import decode_model
from agrimarket.kernel import numbers
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.numbers import NumberError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight, parse_weight
from agrimarket.kernel.resources import SellerOrderId, reference
from agrimarket.orders.errors import PackedTooMuch
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.pages import acts, sides
from agrimarket.orders.pages.sides import HOMES, SHOWN, AnyRequest
from agrimarket.orders.routes.seller_orders import ORDERS
from agrimarket.orders.schemas.seller_orders import PackIn
from agrimarket.orders.service import claims, passes, seller_orders
from agrimarket.orders.service.seller_orders import Packed
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import OrderView
from agrimarket.regions.service import places

_S = SellerOrderState
PLACES, PROVINCES, OTHER = "places", "provinces", "other"
"""What the route of a transport pass is, beside the order's: the same, from province to province, or another."""
UNITS = ("jin", "kg")
"""Units of weight in which a page asks; each page asks in one, which stands beside the field."""
_BOXES: numbers.Units = dict.fromkeys(("箱", "件", "box", "boxes"), "box")
_PACKS: numbers.Units = dict.fromkeys(("份", "袋", "箱", "件", "pack", "packs"), "pack")


class Stage(StrEnum):
    """What is to be done about an order, for its seller."""

    ANSWER = "answer"
    PACK = "pack"
    SEND = "send"
    ROAD = "road"
    DONE = "done"


STAGES: Mapping[Stage, tuple[SellerOrderState, ...]] = {
    Stage.ANSWER: (_S.PLACED,),
    Stage.PACK: (_S.ACCEPTED,),
    Stage.SEND: (_S.PACKED,),
    Stage.ROAD: (_S.DISPATCHED,),
    Stage.DONE: (_S.DELIVERED, _S.COMPLETED, _S.DECLINED, _S.CANCELLED),
}


@page(HOMES[SOLD])
def sold(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    stage: Annotated[Stage | None, QueryParameter(name="stage")] = None,
    cursor: Cursor = None,
) -> Template:
    """What the caller sold, newest first, all or at one stage; an operator sees what everybody sold."""
    window, home = ORDERS.window(cursor, SHOWN), HOMES[SOLD]
    with db.reading() as session:
        counts = seller_orders.counts(session, principal)
        found = seller_orders.page(session, principal, STAGES[stage] if stage else (), window.after, window.rows)
    shown, following = window.cut(found)
    links = [(home, t("order.sold", language))]
    for each, states in STAGES.items():
        count = sum(counts.get(state, 0) for state in states)
        links.append((f"{home}?stage={each}", t(f"order.stage.{each}", language, count=count)))
    here = f"{home}?stage={stage}" if stage else home
    more = f"{here}{'&' if stage else '?'}cursor={following}" if following else ""
    return sides.listed(request, principal, SOLD, shown, language, links=links, here=here, more=more)


def show(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    order_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of an order, for its seller and for operators; after a `refusal` with its sentence and what was typed."""
    language, given = language_of(request), texts(data or {})
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, SOLD)
        about, place = claims.of_order(session, order_id), sides.place(session, view, language)
        asked = passes.asked(session, view.order, view.group) if view.order.state == _S.PACKED else []
        ends = places.called(session, (view.order.origin_region, view.group.region_code), language) if asked else {}
    return render_page(
        request,
        "seller_orders/one.html",
        visitor=principal,
        refusal=refusal,
        typed=given,
        unit=given.get("unit") if given.get("unit") in UNITS else sides.unit(language),
        packing=[_asked(line, language) for line in view.lines],
        money=[],
        place=place,
        shipment=view.shipment,
        passes=asked,
        way=_way(view, ends),
        **sides.facts(view, about, SOLD, language),
    )


def _way(view: OrderView, ends: Mapping[str, str]) -> str:
    """The order's route in words."""
    return " → ".join(ends.get(code, code) for code in (view.order.origin_region, view.group.region_code))


def _asked(line: OrderLine, language: str) -> dict[str, Any]:
    """A line that is packed: the name of its field, and whether the scale or the packs are asked for."""
    return {
        "name": reference("line", line.id),
        "title": line.title,
        "by_weight": line.priced_by == "weight",
        "ordered": Weight(line.packs * line.pack_grams, sides.unit(language)),
        "packs": line.packs,
    }


@page("/sell/orders/{order_id:str}")
def one_sold(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """An order, for its seller and for operators."""
    return show(request, db, principal, order_id)


@form("/sell/orders/{order_id:str}/pack", again=show)
def pack(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say what is in the boxes: weights where the goods are sold by weight, packs elsewhere; blank is as ordered."""
    given = texts(data)
    with db.reading() as session:
        lines = sides.view_of(session, principal, order_id, SOLD).lines
    boxes = decode_model(PackIn, {"boxes": _count(given, "boxes", _BOXES)} if given.get("boxes", "").strip() else {})
    packed = {line.id: amount for line in lines if (amount := _amount(given, line)) is not None}
    with db.transaction() as session:
        try:
            seller_orders.pack(session, principal, order_id, boxes.boxes, packed)
        except PackedTooMuch as refusal:
            refusal.pointer = f"/{reference('line', refusal.values['line_id'])}"
            raise
    return see_other(path_of(SOLD, order_id))


def _count(given: Mapping[str, str], name: str, units: numbers.Units) -> int:
    try:
        return numbers.whole(given[name], units)
    except NumberError as error:
        error.pointer = f"/{name}"
        raise


def _amount(given: Mapping[str, str], line: OrderLine) -> Packed | None:
    """What was typed for a line; None where nothing was. `NumberError` or `PackedTooMuch` at its field."""
    name = reference("line", line.id)
    if not given.get(name, "").strip():
        return None
    if line.priced_by == "weight":
        unit = given.get("unit", "")
        return Packed(grams=parse_weight(given[name], unit if unit in UNITS else "?", pointer=f"/{name}").grams)
    packs = _count(given, name, _PACKS)
    if packs > line.packs or packs < 0:
        ordered = Weight(line.packs * line.pack_grams)
        raise PackedTooMuch(pointer=f"/{name}", line_id=line.id, ordered=ordered, title=line.title)
    return Packed(packs=packs)


def _deliver(session: Session, principal: Principal, order_id: UUID) -> None:
    sides.view_of(session, principal, order_id, SOLD)
    seller_orders.deliver(session, principal, order_id)


accept = form("/sell/orders/{order_id:str}/accept", again=show)(acts.plain(SOLD, seller_orders.accept))
"""Take the order on."""
decline = form("/sell/orders/{order_id:str}/decline", again=show)(acts.with_reason(SOLD, seller_orders.decline))
"""Decline the order, with a reason that its buyer reads."""
delivered = form("/sell/orders/{order_id:str}/delivered", again=show)(acts.plain(SOLD, _deliver))
"""Say that the order has arrived, as its seller."""
HANDLERS: list[ControllerRouterHandler] = [sold, one_sold, accept, decline, pack, delivered]
