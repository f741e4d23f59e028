"""The review desk: on the left the queue and the reason for its order, on the right the chosen application."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.http import weights
from agrimarket.http.formdata import Fields, filled_in, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel import numbers
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.i18n import t
from agrimarket.kernel.money import Money
from agrimarket.kernel.numbers import NumberError
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId, reference
from agrimarket.kernel.wire import MAX_AMOUNT, field_code
from agrimarket.onboarding import rules
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.pages import dossiers, urgency
from agrimarket.onboarding.schemas.review import AskItemIn, RejectIn, ReviewOut
from agrimarket.onboarding.service import review
from agrimarket.onboarding.types import WaitingApplication
from agrimarket.typed.text import trimmed

AnyRequest = Request[Any, Any, Any]
SHOWN = 50


@page("/review")
def queue(request: AnyRequest, db: NamedDependency[Database], operator: NamedDependency[Principal]) -> Template:
    """The desk with its queue."""
    return _desk(request, db, operator, None)


@page("/review/{application_id:str}")
def show(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """The desk with an application beside the queue."""
    return _desk(request, db, operator, application_id)


def show_again(
    request: AnyRequest,
    application_id: UUID,
    data: dict[str, Any],
    db: Database,
    operator: Principal,
    refusal: DomainError,
) -> Template:
    """The desk with that application, what was typed, and why it was refused."""
    return _desk(request, db, operator, application_id, refusal=refusal, typed=texts(data))


def _desk(
    request: AnyRequest,
    db: Database,
    operator: Principal,
    application_id: UUID | None,
    *,
    refusal: DomainError | None = None,
    typed: dict[str, str] | None = None,
    opened: tuple[str, str] | None = None,
) -> Template:
    """The desk; `opened` is a secret answer, as (field, value), that is shown only now."""
    language = language_of(request)
    with db.transaction() as session:
        waiting = review.queue(session, None, SHOWN)
        held = review.held_by(session, operator)
        at_hand = _at_hand(session, application_id, operator, language)
    return render_page(
        request,
        "review.html",
        visitor=operator,
        refusal=refusal,
        held=[_held(each, language) for each in held],
        queue=[_waiting(each, language) for each in waiting],
        item_id=reference("application", application_id) if application_id else "",
        ask_reasons=[(reason, t(f"ask.{reason}", language)) for reason in review.ask_reasons()],
        first_limit=drive().limits.first_exposure // 100,
        typed=typed or {},
        opened=opened,
        **at_hand,
    )


def _held(row: Application, language: str) -> dict[str, str]:
    return {
        "id": reference("application", row.id),
        "title": f"{row.product} · {weights.on_desk(row.grams or 0, language)}",
        "why": t("review.held", language, until=row.held_until),
    }


def _waiting(row: WaitingApplication, language: str) -> dict[str, str]:
    return {
        "id": reference("application", row.id),
        "title": f"{row.product} · {weights.on_desk(row.grams, language)}",
        "why": urgency.why(row, language),
    }


def _at_hand(session: Session, application_id: UUID | None, operator: Principal, language: str) -> dict[str, Any]:
    """The chosen application; its documents only for the reviewer who holds it."""
    if application_id is None:
        return {"item": None}
    found = review.read(session, application_id)
    dossier = found.dossier
    mine = review.is_held(dossier.application, operator)
    return {
        "item": ReviewOut.of(found, language),
        "headline": dossiers.headline(session, dossier, language),
        "answers": dossiers.answers(session, dossier, language),
        "appeals": [(rules.appeal_number(appeal.number), appeal.note) for appeal in dossier.appeals],
        "pictures": dossiers.pictures(session, dossier, language) if mine else [],
        "history": dossiers.history(session, dossier, language),
        "steps": [(step.name, t(f"form.step.{step.name}", language)) for step in dossier.form.steps],
        "mine": mine,
        "holder": dossiers.holder(session, dossier, operator),
        "verifiable": [line.name for line in found.checklist if line.proof == rules.Proof.VERIFIED],
    }


def _fence(given: dict[str, str]) -> int:
    return filled_in(given.get("fence", ""))


def _path(application_id: UUID) -> str:
    return f"/review/{reference('application', application_id)}"


@form("/review/{application_id:str}/claim", again=show_again)
def hold(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Hold it for a while."""
    with db.transaction() as session:
        review.hold(session, operator, application_id)
    return see_other(_path(application_id))


@form("/review/{application_id:str}/approve", again=show_again)
def approve(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Approve an application and open its seller."""
    given = texts(data)
    with db.transaction() as session:
        review.approve(session, operator, application_id, _limit(given), _fence(given))
    return see_other("/review")


def _limit(given: dict[str, str]) -> Money | None:
    """Exposure limit, typed in whole yuan; None if left blank."""
    text = given.get("limit", "").strip().removeprefix("￥").removeprefix("¥")
    if not text:
        return None
    try:
        yuan = numbers.whole(text, numbers.COUNTED["yuan"])
    except NumberError as error:
        raise InvalidFields([("/limit", field_code(error), error.values)]) from error
    if yuan <= 0:
        raise InvalidFields([("/limit", "greater_than", {"gt": 0})])
    if yuan > MAX_AMOUNT // 100:
        raise InvalidFields([("/limit", "less_than_equal", {"le": MAX_AMOUNT // 100})])
    return Money(yuan * 100)


@form("/review/{application_id:str}/reject", again=show_again)
def reject(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Reject an application."""
    given = texts(data)
    with db.transaction() as session:
        review.reject(session, operator, application_id, _reason(given), _fence(given))
    return see_other("/review")


def _reason(given: dict[str, str]) -> str:
    """Reason of a rejection, checked as the API checks it."""
    if not (text := trimmed(given.get("reason", ""))):
        raise InvalidFields([("/reason", "missing", {})])
    return decode_model(RejectIn, {"reason": text}).reason


@form("/review/{application_id:str}/ask", again=show_again)
def ask(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Ask the applicant for information."""
    try:
        _ask(db, operator, application_id, texts(data))
    except InvalidFields as refusal:
        raise InvalidFields([(_ON_PAGE.get(at, at), code, more) for at, code, more in refusal.fields]) from refusal
    return see_other("/review")


_ON_PAGE = {"/reason": "/ask", "/items/0/step": "/step", "/items/0/reason": "/ask"}
"""Fields of the page by the API's pointers; the page's own field `reason` is that of `reject`."""


def _ask(db: Database, operator: Principal, application_id: UUID, given: dict[str, str]) -> None:
    said = {
        "step": given.get("step", ""),
        "reason": given.get("ask", ""),
        "note": trimmed(given.get("note", "")) or None,
    }
    question = decode_model(AskItemIn, said).question()
    with db.transaction() as session:
        review.ask(session, operator, application_id, [question], _fence(given))


@form("/review/{application_id:str}/check", again=show_again)
def set_check(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Redirect:
    """Mark a requirement as met, or as no longer met."""
    given = texts(data)
    requirement, met = given.get("requirement", ""), given.get("seen") == "yes"
    with db.transaction() as session:
        review.set_check(session, operator, application_id, requirement, met=met, fence=_fence(given))
    return see_other(_path(application_id))


@form("/review/{application_id:str}/reveal", again=show_again)
def reveal(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    data: Fields,
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> Template:
    """Open a secret answer, on this page only."""
    given = texts(data)
    field = given.get("field", "")
    with db.transaction() as session:
        value = review.reveal(session, operator, application_id, field, _fence(given))
    return _desk(request, db, operator, application_id, opened=(field, value))


HANDLERS: list[ControllerRouterHandler] = [queue, show, hold, approve, reject, ask, set_check, reveal]
