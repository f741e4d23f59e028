"""The review desk: left the queue with why it is in this order, right the one application at hand."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.onboarding import rules, views
from agrimarket.onboarding.pages.reading import Fields, see_other, texts
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
        found = review.read(session, application_id) if application_id else None
    return render_page(
        request,
        "review_desk.html",
        visitor=operator,
        status_code=200 if error is None else 422 if isinstance(error, InvalidFields) else 409,
        queue=[
            {
                "id": ids.encode("app", each.id),
                "title": f"{each.product} · {_weight(each.grams, language)}",
                "why": t(
                    "review.why",
                    language,
                    days=f"{review.days_left(each, now):.1f}",
                    hours=f"{(now - each.submitted_at) / timedelta(hours=1):.1f}",
                    urgency=f"{each.urgency:.2f}",
                ),
            }
            for each in waiting
        ],
        item=views.review(found, language) if found else None,
        item_id=ids.encode("app", application_id) if application_id else "",
        answers=_answers(found, language) if found else [],
        steps=[(step.name, t(f"form.step.{step.name}", language)) for step in found.full.form.steps] if found else [],
        mine=bool(found and _holds(found, operator)),
        verifiable=rules.VERIFIABLE[found.full.application.kind] if found else (),
        ask_reasons=[(reason, t(f"ask.{reason}", language)) for reason in views.ask_reasons()],
        first_limit=rules.FIRST_LIMIT.amount // 100,
        errors=errors_of(request, error) if error else {},
        typed=typed or {},
        opened=opened,
    )


def _weight(grams: int, language: str) -> str:
    return render(Weight(grams, "t" if grams >= 1_000_000 else "kg"), language)


def _holds(found: Reviewed, operator: Principal) -> bool:
    application = found.full.application
    return (
        application.state == "in_review"
        and application.reviewer_id == operator.person_id
        and bool(application.held_until)
    )


def _answers(found: Reviewed, language: str) -> list[dict[str, Any]]:
    """Every step with its answers in words; which are secret."""
    full = found.full
    return [
        {
            "name": step.name,
            "title": t(f"form.step.{step.name}", language),
            "rows": [
                {
                    "name": name,
                    "label": t(f"form.field.{name}", language),
                    "value": _words(name, value, language),
                    "secret": name in full.secrets,
                    "document": str(value) if step.definitions[name].get("x-input") == "file" else "",
                }
                for name, value in full.answers(step).items()
            ],
        }
        for step in full.form.steps
    ]


def _words(name: str, value: Any, language: str) -> str:
    if isinstance(value, list):
        return ", ".join(t(f"form.choice.{name}.{each}", language) for each in value)  # pyright: ignore[reportUnknownVariableType]
    if value is True:
        return t("review.yes", language)
    key = f"form.choice.{name}.{value}"
    words = t(key, language)
    return str(value) if words == key else words


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
