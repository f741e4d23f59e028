"""JSON handlers of forms and applications."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from agrimarket.http.etag import etag, expected_version
from agrimarket.http.handlers import get, patch, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding import forms, views
from agrimarket.onboarding.schemas import ApplicationIn, ApplicationOut, StepIn
from agrimarket.onboarding.service import applications, second_looks

TAGS = ["onboarding"]


def tagged(out: ApplicationOut) -> Response[ApplicationOut]:
    """The application with its version as entity tag."""
    return Response(out, headers={"ETag": etag(out.version)})


@get(
    "/forms/{kind:str}",
    tags=TAGS,
    summary="A form as JSON Schema, in three languages",
    media_type="application/schema+json",
)
def read_form(
    kind: FromPath[str], language: NamedDependency[str], version: FromQuery[int | None] = None
) -> dict[str, Any]:
    """Kinds: farmer, cooperative, enterprise. `x-order` is the order to ask in; `x-labels`, `x-help` and `x-choices`
    are the words. A draft is checked against the version it began with; without `version` the newest is given."""
    return forms.form(kind, version).schema(language)


@post("/applications", tags=TAGS, summary="Begin an application, or find the open one")
def begin_application(
    data: JSONBody[ApplicationIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """A person has one open application, so posting again gives the same. An appeal fills in what it said."""
    with db.transaction() as session:
        return tagged(
            idempotency.run(
                session,
                ApplicationOut,
                lambda: views.application(
                    applications.begin(session, principal, data.kind, data.appeal_id, language), language
                ),
            )
        )


@get("/applications", tags=TAGS, summary="Your applications, newest first")
def list_applications(
    db: NamedDependency[Database], principal: NamedDependency[Principal], language: NamedDependency[str]
) -> Page[ApplicationOut]:
    """Yours, and those that you filed for others."""
    with db.transaction() as session:
        return Page(items=[views.application(each, language) for each in applications.listed(session, principal)])


@get("/applications/{application_id:str}", tags=TAGS, summary="One of your applications")
def read_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """404 for anyone else's. Names and numbers are masked."""
    with db.transaction() as session:
        found = applications.read(session, principal, application_id)
        return tagged(views.application(found, language))


@patch("/applications/{application_id:str}/steps/{step:str}", tags=TAGS, summary="Save answers of one step")
def save_step(
    application_id: FromPath[ApplicationId],
    step: FromPath[str],
    data: JSONBody[StepIn],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """Needs `If-Match` with the version that was read. Fields that are not named stay; null takes one back."""
    with db.transaction() as session:
        found = applications.save_step(session, principal, application_id, step, expected_version(request), data.root)
        return tagged(views.application(found, language))


@post("/applications/{application_id:str}/submit", tags=TAGS, summary="Send it in", status_code=200)
def submit_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """422 names each answer that is missing as `/steps/{step}/{field}`. Sending it twice is the same as once."""
    with db.transaction() as session:
        found = applications.submit(session, principal, application_id)
        return tagged(views.application(found, language))


@post("/applications/{application_id:str}/withdraw", tags=TAGS, summary="Take it back", status_code=200)
def withdraw_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """What was personal in it is erased; the audit stays."""
    with db.transaction() as session:
        found = applications.withdraw(session, principal, application_id)
        return tagged(views.application(found, language))


@post("/applications/{application_id:str}/appeal", tags=TAGS, summary="Have a rejection looked at again")
def appeal_decision(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """A new draft with the same answers; once it is sent in, another reviewer decides."""
    with db.transaction() as session:
        found = second_looks.appeal(session, principal, application_id)
        return tagged(views.application(found, language))


HANDLERS = [
    appeal_decision,
    read_form,
    begin_application,
    list_applications,
    read_application,
    save_step,
    submit_application,
    withdraw_application,
]
