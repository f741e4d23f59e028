"""The review desk: left the queue with why it is in this order, right the one application at hand."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.formdata import Fields, filled_in, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.problems import STATUS
from agrimarket.http.request import decode_model
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import digits
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding import rules, views
from agrimarket.onboarding.numbers import appeal_number
from agrimarket.onboarding.pages import desk_view
from agrimarket.onboarding.pages.reading import desk_weight
from agrimarket.onboarding.schemas import AskReason, RejectIn
from agrimarket.onboarding.service import review
from agrimarket.onboarding.service.review import Asked, Reviewed

AnyRequest = Request[Any, Any, Any]
SHOWN = 50


def _show(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    application_id: UUID | None,
    *,
    error: DomainError | None = None,
    typed: dict[str, str] | None = None,
    opened: tuple[str, str] | None = None,
) -> Template:
    language = language_of(request)
    with db.transaction() as session:
        now, waiting = review.queue(session, None, None, SHOWN)
        held = review.held_by(session, operator)
        item = _item(session, review.read(session, application_id), operator, now, language) if application_id else {}
    return render_page(
        request,
        "review_desk.html",
        visitor=operator,
        status_code=200 if error is None else STATUS[error.kind],
        held=[
            {
                "id": ids.encode("app", each.id),
                "title": f"{each.product} · {desk_weight(each.grams or 0, language)}",
                "why": t("review.held", language, until=each.held_until),
            }
            for each in held
        ],
        queue=[
            {
                "id": ids.encode("app", each.id),
                "title": f"{each.product} · {desk_weight(each.grams, language)}",
                "why": t(
                    "review.why",
                    language,
                    days=f"{rules.days_left(each.spoils_at, now):.1f}",
                    hours=f"{(now - each.submitted_at) / timedelta(hours=1):.1f}",
                    urgency=f"{each.urgency:.2f}",
                ),
            }
            for each in waiting
        ],
        item_id=ids.encode("app", application_id) if application_id else "",
        ask_reasons=[(reason, t(f"ask.{reason}", language)) for reason in views.ask_reasons()],
        first_limit=rules.FIRST_LIMIT.amount // 100,
        errors=errors_of(request, error) if error else {},
        typed=typed or {},
        opened=opened,
        **{"item": None, **item},
    )


def _item(session: Session, found: Reviewed, operator: Principal, now: datetime, language: str) -> dict[str, Any]:
    """The application at hand; its documents only for who holds it."""
    full = found.full
    mine = desk_view.is_held(found, operator)
    return {
        "item": views.review(found, language),
        "headline": desk_view.headline(session, found, language),
        "answers": desk_view.answers(session, found, language),
        "appeals": [(appeal_number(each.number), each.note) for each in full.appeals],
        "pictures": desk_view.pictures(session, found, language) if mine else [],
        "history": desk_view.history(session, found, language),
        "steps": [(step.name, t(f"form.step.{step.name}", language)) for step in full.form.steps],
        "mine": mine,
        "holder": desk_view.holder(session, found, operator, now),
        "verifiable": rules.VERIFIABLE[full.application.kind],
    }


@page("/review")
def desk(request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Template:
    """The queue."""
    return _show(request, db, operator, None)


@page("/review/{application_id:str}")
def one(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One application beside the queue."""
    return _show(request, db, operator, application_id)


@form("/review/{application_id:str}/{act:str}")
def decide(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    act: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Claim, approve, reject, ask, check off, open a secret."""
    given = texts(data)
    try:
        with db.transaction() as session:
            opened = _act(session, operator, application_id, act, given)
    except NotFound:
        raise
    except DomainError as refusal:
        return _show(request, db, operator, application_id, error=refusal, typed=given)
    if opened:
        return _show(request, db, operator, application_id, opened=opened)
    return _next(act, application_id)


def _act(
    session: Session, operator: Principal, application_id: UUID, act: str, given: dict[str, str]
) -> tuple[str, str] | None:
    """What a button of the desk does; the secret that it opened."""
    fence = filled_in(given.get("fence", ""))
    match act:
        case "claim":
            review.claim(session, operator, application_id)
        case "approve":
            review.approve(session, operator, application_id, _limit(given), fence)
        case "reject":
            review.reject(session, operator, application_id, _reason(given), fence)
        case "ask":
            _ask(session, operator, application_id, given, fence)
        case "check":
            met = given.get("seen") == "yes"
            review.see(session, operator, application_id, given.get("requirement", ""), met=met, fence=fence)
        case "reveal":
            field = given.get("field", "")
            return field, review.reveal(session, operator, application_id, field, fence)
        case _:
            raise NotFound
    return None


def _next(act: str, application_id: UUID) -> Redirect:
    return see_other(
        "/review" if act in ("approve", "reject", "ask") else f"/review/{ids.encode('app', application_id)}"
    )


def _reason(given: dict[str, str]) -> str:
    """Why it is turned down, as the API takes it too."""
    if not (text := given.get("reason", "").strip()):
        raise InvalidFields([("/reason", "missing", {})])
    return decode_model(RejectIn, {"reason": text}).reason


def _ask(session: Session, operator: Principal, application_id: UUID, given: dict[str, str], fence: int | None) -> None:
    """Ask for what the form names, with the API's checks; what those call `reason` is the page's field `ask`."""
    said = {
        "step": given.get("step", ""),
        "reason": given.get("ask", ""),
        "note": given.get("note", "").strip() or None,
    }
    try:
        item = decode_model(AskReason, said)
        review.ask(session, operator, application_id, [Asked(item.step, item.reason, item.note or "")], fence)
    except InvalidFields as refusal:
        raise InvalidFields([(_ON_PAGE.get(at, at), code, more) for at, code, more in refusal.fields]) from refusal


_ON_PAGE = {"/reason": "/ask", "/items/0/step": "/step", "/items/0/reason": "/ask"}
"""Where the page has what the API's pointers name."""


def _limit(given: dict[str, str]) -> Money | None:
    """The limit in whole yuan, or none."""
    text = digits(given.get("limit", "").strip()).replace(",", "")
    if not text:
        return None
    yuan = filled_in(text)
    if yuan <= 0:
        raise InvalidFields([("/limit", "int_type", {})])
    return Money(yuan * 100)


HANDLERS: list[ControllerRouterHandler] = [desk, one, decide]
