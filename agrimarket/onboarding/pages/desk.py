"""The review desk: left the queue with why it is in this order, right the one application at hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import rules, views
from agrimarket.onboarding.numbers import appeal_number
from agrimarket.onboarding.pages import desk_view
from agrimarket.onboarding.pages.reading import Fields, desk_weight, see_other, texts
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
        item = _item(session, review.read(session, application_id), operator, language) if application_id else {}
    return render_page(
        request,
        "review_desk.html",
        visitor=operator,
        status_code=200 if error is None else 422 if isinstance(error, InvalidFields) else 409,
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


def _item(session: Session, found: Reviewed, operator: Principal, language: str) -> dict[str, Any]:
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
        "verifiable": rules.VERIFIABLE[full.application.kind],
    }


@page("/review")
def desk(request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Template:
    """The queue."""
    return _show(request, db, operator, None)


@page("/review/{application_id:str}")
def one(
    request: AnyRequest,
    application_id: FromPath[str],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """One application beside the queue."""
    return _show(request, db, operator, ids.parse("app", application_id))


@form("/review/{application_id:str}/{act:str}")
def decide(
    request: AnyRequest,
    application_id: FromPath[str],
    act: FromPath[str],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Response[Any]:
    """Claim, approve, reject, ask, check off, open a secret."""
    parsed, given = ids.parse("app", application_id), texts(data)
    opened = None
    try:
        with db.transaction() as session:
            fence = _fence(given)
            match act:
                case "claim":
                    review.claim(session, operator, parsed)
                case "approve":
                    review.approve(session, operator, parsed, _limit(given), fence)
                case "reject":
                    review.reject(session, operator, parsed, _needed(given, "reason"), fence)
                case "ask":
                    item = Asked(given.get("step", ""), given.get("ask", ""), given.get("note", "").strip()[:1_000])
                    review.ask(session, operator, parsed, [item], fence)
                case "check":
                    met = given.get("seen") == "yes"
                    review.see(session, operator, parsed, given.get("requirement", ""), met=met, fence=fence)
                case "reveal":
                    field = given.get("field", "")
                    opened = (field, review.reveal(session, operator, parsed, field, fence))
                case _:
                    raise InvalidFields([("/act", "choice_unknown", {})])
    except DomainError as refusal:
        return _show(request, db, operator, parsed, error=refusal, typed=given)
    if opened:
        return _show(request, db, operator, parsed, opened=opened)
    return _next(act, application_id)


def _fence(given: dict[str, str]) -> int:
    """The claim that the page was shown under; 0, which no claim has, where it says none."""
    text = given.get("fence", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _next(act: str, application_id: str) -> Redirect:
    return see_other("/review" if act in ("approve", "reject", "ask") else f"/review/{application_id}")


def _needed(given: dict[str, str], name: str) -> str:
    text = given.get(name, "").strip()[:1_000]
    if not text:
        raise InvalidFields([(f"/{name}", "missing", {})])
    return text


def _limit(given: dict[str, str]) -> Money | None:
    """The limit in whole yuan, or none."""
    text = given.get("limit", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= 10**9):
        raise InvalidFields([("/limit", "int_type", {})])
    return Money(int(text) * 100)


HANDLERS: list[ControllerRouterHandler] = [desk, one, decide]
