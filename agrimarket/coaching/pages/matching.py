"""The operators' desk for cases without a coach: the queue on the left, on the right the case and who could take it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.coaching.models import CoachingCase
from agrimarket.coaching.schemas.matching import CoachChoice
from agrimarket.coaching.service import cases, matching
from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import CaseId, reference
from agrimarket.regions.service import places

HOME = "/desk/cases"
SHOWN = 50


def show(
    request: Request[Any, Any, Any],
    db: Database,
    operator: Principal,
    case_id: UUID | None = None,
    *,
    refusal: DomainError | None = None,
    data: Mapping[str, Any] | None = None,
) -> Template:
    """Page of the desk: `case_id` is selected, or the case that is due first.

    After a `refusal` the page has its sentence and what was typed (`data`).
    """
    language = language_of(request)
    with db.transaction() as session:
        waiting = matching.waiting(session, SHOWN)
        case = cases.view(session, operator, case_id) if case_id else next(iter(waiting), None)
        item: dict[str, Any] = _item(session, case, language) if case else {"item": None, "href": ""}
    return render_page(
        request,
        "matching.html",
        visitor=operator,
        refusal=refusal,
        typed=texts(data or {}),
        queue=[(_path(each.id), _title(each, language), each) for each in waiting],
        **item,
    )


def _item(session: Session, case: CoachingCase, language: str) -> dict[str, Any]:
    """Right side of the desk: the case, and the coaches who could take it, best first."""
    fits = matching.choices(session, case)
    return {
        "item": case,
        "href": _path(case.id),
        "heading": _title(case, language),
        "place": places.get(session, case.region_code).in_full(language),
        "last_day": last_day(case.spoils_at) if case.spoils_at else None,
        "needs": t("list.separator", language).join(t(f"form.choice.needs.{need}", language) for need in case.needs),
        "coaches": [
            (reference("person", fit.coach_id), fit.name, t("coaching.points", language, points=fit.points))
            for fit in fits
        ],
        "history": [
            {
                "at": event.created_at,
                "words": t(f"coaching.act.{event.act}", language),
                "more": event.note or "",
                "tone": "",
            }
            for event in reversed(cases.file_of(session, case).history)
        ],
    }


def _title(case: CoachingCase, language: str) -> str:
    return t("coaching.case_title", language, product=case.product, weight=Weight(case.grams))


def _path(case_id: UUID) -> str:
    return f"{HOME}/{reference('case', case_id)}"


@page(HOME)
def queue(
    request: Request[Any, Any, Any], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> Template:
    """Cases that no coach has, the one that is due first on top."""
    return show(request, db, operator)


@page(f"{HOME}/{{case_id:str}}")
def one(
    request: Request[Any, Any, Any],
    case_id: FromPath[CaseId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Page of a case, selected beside the queue."""
    return show(request, db, operator, case_id)


@form(f"{HOME}/{{case_id:str}}/assign", again=show)
def assign(
    request: Request[Any, Any, Any],
    case_id: FromPath[CaseId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Give the case to the coach who was chosen."""
    given = texts(data)
    chosen = decode_model(CoachChoice, {name: given[name] for name in ("coach_id", "reason") if given.get(name)})
    with db.transaction() as session:
        matching.assign(session, operator, case_id, chosen.coach_id, chosen.reason)
    return see_other(HOME)


HANDLERS: list[ControllerRouterHandler] = [queue, one, assign]
