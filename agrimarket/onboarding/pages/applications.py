"""Pages of applications: the choice of who applies, the caller's applications, and one of them with its steps."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import Fields, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.request import decode_model
from agrimarket.kernel import addresses, ids
from agrimarket.kernel.addresses import APPEAL, APPLICATION
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound
from agrimarket.kernel.i18n import t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.pages import checked, dossiers
from agrimarket.onboarding.schemas.appeals import AppealOut
from agrimarket.onboarding.schemas.applications import ApplicationIn, ApplicationOut
from agrimarket.onboarding.service import appeals, applications
from agrimarket.onboarding.states import ApplicationKind

AnyRequest = Request[Any, Any, Any]


def path_of(application_id: UUID, step: str = "") -> str:
    """Address of an application's page, or of one of its steps."""
    base = addresses.path_of(APPLICATION, application_id)
    return f"{base}/{step}" if step else base


@page("/apply")
def choose(request: AnyRequest, principal: NamedDependency[Principal], appeal: FromQuery[str] = "") -> Template:
    """Choice of who applies: a farmer, a cooperative or an enterprise."""
    return _choice(request, principal, appeal)


def _choice(request: AnyRequest, principal: Principal, appeal: str, refusal: DomainError | None = None) -> Template:
    language = language_of(request)
    return render_page(
        request,
        "applications/choose.html",
        visitor=principal,
        refusal=refusal,
        refused_as=422,
        kinds=[(kind.value, *_words(kind, language)) for kind in ApplicationKind],
        appeal_id=appeal,
    )


def _words(kind: ApplicationKind, language: str) -> tuple[str, str]:
    return t(f"apply.kind.{kind}", language), t(f"apply.kind.{kind}.help", language)


def choose_again(request: AnyRequest, principal: Principal, data: dict[str, Any], refusal: DomainError) -> Template:
    """The choice with its refusal; an appeal of somebody else is not found."""
    if isinstance(refusal, NotFound):
        raise refusal
    return _choice(request, principal, texts(data).get("appeal_id", ""), refusal)


@form("/apply", again=choose_again)
def begin(
    request: AnyRequest,
    data: Fields,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect:
    """Begin an application, or go on with the open one."""
    given = texts(data)
    appeal_id = ids.parse("apl", given["appeal_id"]) if given.get("appeal_id") else None
    wanted = decode_model(ApplicationIn, {"kind": given.get("kind", "")})
    with db.transaction() as session:
        theirs = applications.begin(session, principal, wanted.kind, appeal_id, language)
    return see_other(path_of(theirs.application.id))


@page("/applications")
def mine(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Template:
    """Appeals and applications of the caller, and those they filed for others."""
    with db.transaction() as session:
        theirs = applications.listed(session, principal)
        filed = [AppealOut.of(each, language) for each in appeals.listed(session, principal)]
    return render_page(
        request,
        "applications/list.html",
        visitor=principal,
        rows=[
            (path_of(each.application.id), _title(each.application.id, language), ApplicationOut.of(each, language))
            for each in theirs
        ],
        appeals=[
            (addresses.path_of(APPEAL, each.id), addresses.title_of(APPEAL, each.number, language), each)
            for each in filed
        ],
    )


def _title(application_id: UUID, language: str) -> str:
    return addresses.title_of(APPLICATION, short_number(application_id), language)


@page("/applications/{application_id:str}")
def overview(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Template:
    """Overview of an application: steps, missing answers, the reviewer's questions, what happens next."""
    return show_again(request, application_id, db, principal)


def show_again(
    request: AnyRequest, application_id: UUID, db: Database, principal: Principal, refusal: DomainError | None = None
) -> Template:
    """The overview with the refusal; a missing answer is reported at its step."""
    language = language_of(request)
    with db.transaction() as session:
        theirs = applications.read(session, principal, application_id)
        answered = [] if theirs.open_steps() else dossiers.answers(session, theirs, language)
    return render_page(
        request,
        "applications/overview.html",
        visitor=principal,
        refusal=refusal,
        application=ApplicationOut.of(theirs, language),
        title=_title(application_id, language),
        base=path_of(application_id),
        payout=theirs.payout,
        answered=[step for step in answered if step["rows"]],
        errors=_errors(request, refusal) if refusal else {},
    )


def _errors(request: AnyRequest, refusal: DomainError) -> dict[str, str]:
    if not isinstance(refusal, InvalidFields):
        return errors_of(request, refusal)
    language = language_of(request)
    left = [pointer.split("/")[2] for pointer, *_ in refusal.fields]
    return {
        f"step-{name}": t("application.step_left", language, step=t(f"form.step.{name}", language)) for name in left
    }


@page("/applications/{application_id:str}/check")
def check(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Page of all answers before they are sent in; redirects to the overview of what cannot be sent now."""
    language, base = language_of(request), path_of(application_id)
    with db.transaction() as session:
        theirs = applications.read(session, principal, application_id)
        steps = checked.application(session, theirs, language, base)
    if not steps:
        return see_other(base)
    return render_page(request, "applications/check.html", visitor=principal, steps=steps, base=base)


@form("/applications/{application_id:str}/submit", again=show_again)
def submit(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Submit an application; missing answers are linked."""
    with db.transaction() as session:
        applications.submit(session, principal, application_id)
    return see_other(path_of(application_id))


@form("/applications/{application_id:str}/withdraw", again=show_again)
def withdraw(
    request: AnyRequest,
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Withdraw an application; personal data is erased."""
    with db.transaction() as session:
        applications.withdraw(session, principal, application_id)
    return see_other(path_of(application_id))


HANDLERS: list[ControllerRouterHandler] = [choose, begin, mine, overview, check, submit, withdraw]
