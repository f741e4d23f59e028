"""At the scale: the next box of an order, with what it should weigh; and boxes that stay behind."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, filled_in, pairs, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model, read_fields
from agrimarket.kernel.addresses import SOLD, path_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight, parse_weight
from agrimarket.kernel.resources import SellerOrderId
from agrimarket.orders.errors import BoxDoubtful
from agrimarket.orders.models.boxes import Box
from agrimarket.orders.pages import packing, sides
from agrimarket.orders.pages.seller_orders import PACKS, UNITS, count
from agrimarket.orders.pages.seller_orders import show as show_order
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.schemas.boxes import FinishIn, LeaveOutIn
from agrimarket.orders.service import boxes
from agrimarket.orders.types import NextBox


def show(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    order_id: UUID,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """The scale: the next box of the order, those that were weighed, and the end of it."""
    language, given = language_of(request), texts(data or {})
    with db.reading() as session:
        view = sides.view_of(session, principal, order_id, SOLD)
        found = boxes.weighings(session, [view])[0]
        place = sides.place(session, view, language)
    lines = {line.id: line for line in view.lines}
    unit = given.get("unit") if given.get("unit") in UNITS else sides.unit(language)
    return render_page(
        request,
        "boxes.html",
        visitor=principal,
        refusal=refusal,
        title=sides.title(SOLD, order_id, language),
        href=path_of(SOLD, order_id),
        order=view.order,
        address=view.address,
        place=place,
        next=found.next and _next(found.next, unit or ""),
        count=found.count,
        missing=found.missing,
        weighed=[_box(box, lines[box.order_line_id].title) for box in found.boxes],
        total=Weight(sum(box.grams for box in found.boxes)),
        unit=unit,
        typed=given,
        doubtful=isinstance(refusal, BoxDoubtful),
    )


def _next(box: NextBox, unit: str) -> dict[str, Any]:
    return {
        "number": box.number,
        "title": box.title,
        "by_weight": box.by_weight,
        "pack": Weight(_whole(box, 1), unit),
        "value": f"{Weight(_whole(box, 1)).in_unit(unit).normalize():f}",
        "tolerance": Weight(box.tolerance, "g"),
        "left": box.left,
    }


def _whole(box: NextBox, packs: int) -> int:
    """Grams that so many packs are to weigh, of which the last may be the rest of a share."""
    return min(packs * box.pack_grams, box.left_grams)


def _box(box: Box, title: str) -> dict[str, Any]:
    charged = Weight(box.grams) if box.grams < box.scale_grams else None
    weight = Weight(box.scale_grams)
    return {"number": box.number, "title": title, "weight": weight, "packs": box.packs, "charged": charged}


@page("/sell/orders/{order_id:str}/weigh")
def scale(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """The next box of an order."""
    return show(request, db, principal, order_id)


@form("/sell/orders/{order_id:str}/weigh", again=show)
def weigh(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep what the scale shows, or that it is exactly what was ordered; the next box comes by itself."""
    given = texts(data)
    with db.reading() as session:
        found = boxes.weighings(session, [sides.view_of(session, principal, order_id, SOLD)])[0]
    packs = count(given, "packs", PACKS) if given.get("packs", "").strip() else 1
    with db.transaction() as session:
        boxes.weigh(
            session,
            principal,
            order_id,
            filled_in(given.get("number", "")),
            packs=packs,
            scale_grams=_grams(given, found.next, packs),
            sure=given.get("sure") == "yes",
        )
    return see_other(f"{path_of(SOLD, order_id)}/weigh")


def _grams(given: Mapping[str, str], box: NextBox | None, packs: int) -> int | None:
    """What was typed; the ordered weight where that was pressed; None for what is counted."""
    if box is None or not box.by_weight:
        return None
    if given.get("exactly") == "yes":
        return _whole(box, packs)
    unit = given.get("unit", "")
    if not given.get("weight", "").strip():
        return None
    return parse_weight(given["weight"], unit if unit in UNITS else "?", pointer="/weight").grams


@form("/sell/orders/{order_id:str}/weigh/undo", again=show)
def undo(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Take the last box back."""
    with db.transaction() as session:
        boxes.undo(session, principal, order_id, filled_in(texts(data).get("number", "")))
    return see_other(f"{path_of(SOLD, order_id)}/weigh")


@form("/sell/orders/{order_id:str}/weigh/finish", again=show)
def finish(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """All boxes are weighed: the order is packed, and the next one comes by itself."""
    reason = read_fields(FinishIn, data, "reason").reason
    with db.transaction() as session:
        boxes.finish(session, principal, order_id, reason)
    return see_other(f"{packing.HOME}/weigh")


@form("/sell/orders/{order_id:str}/leave-out", again=show_order)
def leave_out(
    request: AnyRequest,
    order_id: FromPath[SellerOrderId],
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Say that some boxes of a packed order do not go after all."""
    chosen = [filled_in(each) for name, each in pairs(data) if name == "numbers" and isinstance(each, str)]
    reason = texts(data).get("reason", "").strip()
    said = decode_model(LeaveOutIn, {"numbers": chosen, **({"reason": reason} if reason else {})})
    with db.transaction() as session:
        boxes.leave_out(session, principal, order_id, said.numbers, said.reason)
    return see_other(path_of(SOLD, order_id))


HANDLERS: list[ControllerRouterHandler] = [scale, weigh, undo, finish, leave_out]
