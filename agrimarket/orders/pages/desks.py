"""The operators' desk for claims: on the left those to decide, oldest first, then those whose buyers were asked."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http import amounts
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.http.request import read_fields
from agrimarket.kernel import ids
from agrimarket.kernel.addresses import BOUGHT
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.paging import Paging
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ClaimId, reference
from agrimarket.orders.models.claims import Claim
from agrimarket.orders.pages import sides
from agrimarket.orders.pages.claims import sums
from agrimarket.orders.pages.queues import Desk, Entry, queue_of
from agrimarket.orders.pages.sides import AnyRequest
from agrimarket.orders.schemas.claims import QuestionIn
from agrimarket.orders.schemas.seller_orders import ReasonIn
from agrimarket.orders.service import claims
from agrimarket.orders.states import CLAIM_DECIDABLE, CLAIM_TRANSITIONS, ClaimState
from agrimarket.orders.types import ClaimView, OrderView

_TAGGED = {ClaimState.REVIEW_REQUESTED: "soon", ClaimState.EVIDENCE_REQUESTED: ""}
"""States that the queue tells → tone of their tag; the others are told by where a claim stands in it."""


def _position(claim: Claim) -> tuple[str, str]:
    return str(int(claim.state == ClaimState.EVIDENCE_REQUESTED)), ids.encode("clm", claim.id)


def _place(keys: Sequence[str]) -> tuple[bool, UUID]:
    asked, claim_id = keys
    return asked == "1", ids.decode("clm", claim_id)


def _choose(session: Session, operator: Principal, claim_id: UUID) -> tuple[ClaimView, OrderView]:
    view = claims.view(session, operator, claim_id)
    return view, sides.view_of(session, operator, view.claim.seller_order_id, BOUGHT)


def _entry(claim: Claim, language: str) -> Entry:
    below = (t(f"claim.reason.{claim.reason}", language), Money(claim.claimed, claim.currency), claim.created_at)
    tag = t(f"claim.state.{claim.state}", language) if claim.state in _TAGGED else ""
    return Entry(sides.claim_title(claim.id, language), below, tag, _TAGGED.get(ClaimState(claim.state), ""))


def _facts(chosen: ClaimView, view: OrderView, language: str) -> dict[str, Any]:
    claim, order = chosen.claim, view.order
    return {
        "item": claim,
        "heading": sides.claim_title(claim.id, language),
        "number": short_number(order.id),
        "goods": Money((order.final or 0) - view.delivery, order.currency),
        "photos": [reference("photo", photo.id) for photo in chosen.photos],
        "decidable": claim.state in CLAIM_DECIDABLE,
        "askable": ClaimState.EVIDENCE_REQUESTED in CLAIM_TRANSITIONS.get(claim.state, ()),
        **sums(claim),
    }


HOME = "/desk/claims"
WAITING: Paging[Claim, tuple[bool, UUID]] = Paging("claims_desk", _position, _place)
DESK = Desk(HOME, "claim", "claims_desk.html", WAITING, claims.waiting, lambda claim: claim.id, _entry, _choose, _facts)


def show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    claim_id: UUID,
    refusal: DomainError,
    data: Mapping[str, Any],
) -> Template:
    """The desk again after a refusal, with what was typed."""
    return DESK.show(request, db, operator, claim_id, refusal=refusal, data=data)


@page(f"{HOME}/{{claim_id:str}}")
def one(
    request: AnyRequest,
    claim_id: FromPath[ClaimId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """A claim, selected beside the queue."""
    return DESK.show(request, db, operator, claim_id)


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
        amount = amounts.money(typed, "/amount", claim.currency).amount if typed else None
        claims.approve(session, operator, claim_id, amount=amount, bps=None)
    return see_other(DESK.path(claim_id))


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
    return see_other(DESK.path(claim_id))


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
        claims.request_evidence(session, operator, claim_id, question)
    return see_other(DESK.path(claim_id))


queue = page(HOME)(queue_of(DESK))
HANDLERS: list[ControllerRouterHandler] = [queue, one, approve, reject, ask]
