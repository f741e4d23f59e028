"""Pages of those who sell: their orders by what is to be done, and one of them with what they do next."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.http.request import decode_model
from agrimarket.kernel import clock, numbers
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
from agrimarket.orders.rules import MAX_PHOTOS
from agrimarket.orders.schemas.seller_orders import PackIn
from agrimarket.orders.service import boxes, claims, finding, passes, seller_orders, shipments
from agrimarket.orders.service.seller_orders import Packed
from agrimarket.orders.states import SellerOrderState
from agrimarket.orders.types import OrderView
from agrimarket.regions.service import places

_S = SellerOrderState
PLACES, PROVINCES, OTHER = "places", "provinces", "other"
"""What the route of a transport pass is, beside the order's: the same, from province to province, or another."""
UNITS = ("jin", "kg")
"""Units of weight in which a page asks; each page asks in one, which stands beside the field."""
BOXES: numbers.Units = dict.fromkeys(("箱", "件", "box", "boxes"), "box")
PACKS: numbers.Units = dict.fromkeys(("份", "袋", "箱", "件", "pack", "packs"), "pack")


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
    q: Annotated[str, QueryParameter(max_length=200)] = "",
    cursor: Cursor = None,
) -> Template:
    """What the caller sold, newest first, all or at one stage; an operator sees what everybody sold.

    With `q` only orders of that number, or to a recipient of that name or telephone.
    """
    window, home = ORDERS.window(cursor, SHOWN), HOMES[SOLD]
    with db.reading() as session:
        counts, now = seller_orders.counts(session, principal), clock.read(session)
        if q.strip():
            shown, following = finding.sold(session, principal, q), None
        else:
            states = STAGES[stage] if stage else ()
            shown, following = window.cut(seller_orders.page(session, principal, states, window.after, window.rows))
    links = [(home, t("order.sold", language))]
    for each, states in STAGES.items():
        there = sum(counts.get(state, 0) for state in states)
        links.append((f"{home}?stage={each}", t(f"order.stage.{each}", language, count=there)))
    here = f"{home}?stage={stage}" if stage else home
    more = f"{here}{'&' if stage else '?'}cursor={following}" if following else ""
    return sides.listed(
        request,
        principal,
        SOLD,
        shown,
        language,
        links=links,
        chosen="" if q.strip() else here,
        more=more,
        asked=q,
        left=_left(shown, now),
    )


def _left(views: list[OrderView], now: datetime) -> dict[UUID, timedelta]:
    """How long each seller still has to answer, in whole hours, or minutes in the last one; not where it is over."""
    found: dict[UUID, timedelta] = {}
    for view in views:
        until = view.order.answer_by
        if view.order.state == _S.PLACED and until is not None and until > now:
            unit = timedelta(hours=1) if until - now >= timedelta(hours=1) else timedelta(minutes=1)
            found[view.order.id] = (until - now) // unit * unit
    return found


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
        packed = view.order.state == _S.PACKED
        asked = passes.asked(session, view.order, view.group) if packed else []
        closed = shipments.closed_on_the_way(session, view) if packed else None
        weighed = boxes.weighings(session, [view])[0].boxes if packed else ()
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
        passes=asked,
        closed=closed and t(closed.code, language, **closed.values),
        boxes=[(box.number, Weight(box.scale_grams)) for box in weighed if not box.left_out],
        room=MAX_PHOTOS - len(view.photos),
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
        "ordered": Weight(line.due_grams, sides.unit(language)),
        "packs": line.due_packs,
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
    said = decode_model(PackIn, {"boxes": count(given, "boxes", BOXES)} if given.get("boxes", "").strip() else {})
    packed = {line.id: amount for line in lines if (amount := _amount(given, line)) is not None}
    with db.transaction() as session:
        try:
            seller_orders.pack(session, principal, order_id, said.boxes, packed)
        except PackedTooMuch as refusal:
            refusal.pointer = f"/{reference('line', refusal.values['line_id'])}"
            raise
    return see_other(path_of(SOLD, order_id))


def count(given: Mapping[str, str], name: str, units: numbers.Units) -> int:
    """How many were typed; `NumberError` at the field of that name."""
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
    packs = count(given, name, PACKS)
    if packs > line.due_packs or packs < 0:
        raise PackedTooMuch(pointer=f"/{name}", line_id=line.id, ordered=Weight(line.due_grams), title=line.title)
    return Packed(packs=packs)


@page("/sell/orders/{order_id:str}/send")
def sending(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """How an order is sent: what is closed on its way now, which pass is asked for, and the form."""
    return show(request, db, principal, order_id)


@form("/sell/orders/{order_id:str}/accept", again=show)
def accept(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Take the order on; from the list, back to what else is to be answered."""
    with db.transaction() as session:
        seller_orders.accept(session, principal, order_id)
    return see_other(
        f"{HOMES[SOLD]}?stage={Stage.ANSWER}" if texts(data).get("from") == "list" else path_of(SOLD, order_id)
    )


decline = form("/sell/orders/{order_id:str}/decline", again=show)(acts.with_reason(SOLD, seller_orders.decline))
"""Decline the order, with a reason that its buyer reads."""
HANDLERS: list[ControllerRouterHandler] = [sold, one_sold, sending, accept, decline, pack]
