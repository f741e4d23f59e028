"""The operators' desk for claims: those to decide on the left, oldest first, the selected one on the right."""

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
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Paging, Window, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ClaimId, reference
from agrimarket.orders.models.claims import Claim
from agrimarket.orders.pages import measures, sides
from agrimarket.orders.pages.claims import sums
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.schemas.claims import QuestionIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import claims
from agrimarket.orders.states import CLAIM_UNDECIDED
from agrimarket.orders.types import ClaimView, OrderView

HOME = "/desk/claims"
SHOWN = 50
WAITING: Paging[Claim, UUID] = by_id("clm")


@dataclass(frozen=True, slots=True)
class _Desk:
    """Rows that the desk shows."""

    waiting: list[Claim]
    following: str | None
    selected: ClaimView | None
    order: OrderView | None


def _read(session: Session, operator: Principal, claim_id: UUID | None, window: Window[Claim, UUID]) -> _Desk:
    waiting, following = window.cut(claims.waiting(session, window.after, window.rows))
    claim_id = claim_id or (waiting[0].id if waiting else None)
    if claim_id is None:
        return _Desk(waiting, following, None, None)
    selected = claims.view(session, operator, claim_id)
    return _Desk(waiting, following, selected, sides.view_of(session, operator, selected.claim.seller_order_id, BOUGHT))


def _path(claim_id: UUID) -> str:
    return f"{HOME}/{reference('claim', claim_id)}"


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    claim_id: UUID | None = None,
    *,
    cursor: str | None = None,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of the desk: `claim_id` is selected, or the one that has waited longest.

    After a `refusal` the page has its sentence and what was typed (`data`).
    """
    language = language_of(request)
    with db.reading() as session:
        desk = _read(session, operator, claim_id, WAITING.window(cursor, SHOWN))
    return render_page(
        request,
        "claims_desk.html",
        visitor=operator,
        refusal=refusal,
        typed=texts(data or {}),
        queue=[
            (_path(each.id), sides.claim_title(each.id, language), each, Money(each.claimed, each.currency))
            for each in desk.waiting
        ],
        more=f"{HOME}?cursor={desk.following}" if desk.following else "",
        **_item(desk, language),
    )


def _item(desk: _Desk, language: str) -> dict[str, Any]:
    """Right side of the desk: the selected claim and its order."""
    if desk.selected is None or desk.order is None:
        return {"item": None, "href": ""}
    claim, order = desk.selected.claim, desk.order.order
    return {
        "item": claim,
        "href": _path(claim.id),
        "heading": sides.claim_title(claim.id, language),
        "number": short_number(order.id),
        "orders": [(path_of(side, order.id), t(f"order.page.{side}", language)) for side in (BOUGHT, SOLD)],
        "lines": [f"{line.title} × {line.packs}" for line in desk.order.lines],
        "goods": Money((order.final or 0) - order.delivery, order.currency),
        "photos": [reference("photo", photo.id) for photo in desk.selected.photos],
        "history": sides.timeline(desk.order, language),
        "open": claim.state in CLAIM_UNDECIDED,
        **sums(claim, language),
    }


@page(HOME)
def queue(
    request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal], cursor: Cursor = None
) -> Template:
    """Claims that wait, oldest first; the first is selected."""
    return show(request, db, operator, cursor=cursor)


@page(f"{HOME}/{{claim_id:str}}")
def one(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """A claim, selected beside the queue."""
    return show(request, db, operator, claim_id)


@form(f"{HOME}/{{claim_id:str}}/approve", again=show)
def approve(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Grant the claim, with the sum that was typed, or what was claimed."""
    typed = texts(data).get("amount", "").strip()
    with db.transaction() as session:
        claim = claims.view(session, operator, claim_id).claim
        amount = measures.money(typed, claim.currency, "/amount").amount if typed else None
        claims.approve(session, operator, claim_id, amount=amount, bps=None)
    return see_other(_path(claim_id))


@form(f"{HOME}/{{claim_id:str}}/reject", again=show)
def reject(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Refuse the claim, with the reason that its buyer reads."""
    reason = read_fields(ReasonIn, data, "reason").reason
    with db.transaction() as session:
        claims.reject(session, operator, claim_id, reason)
    return see_other(_path(claim_id))


@form(f"{HOME}/{{claim_id:str}}/ask", again=show)
def ask(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Ask the buyer; the claim waits for the answer."""
    question = read_fields(QuestionIn, data, "question").question
    with db.transaction() as session:
        claims.request_evidence(session, claim_id, question)
    return see_other(_path(claim_id))


HANDLERS: list[ControllerRouterHandler] = [queue, one, approve, reject, ask]
