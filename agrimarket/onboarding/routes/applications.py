"""JSON handlers of applications."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.etag import etag
from agrimarket.http.handlers import get, post, versioned
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.schemas.applications import ApplicationIn, ApplicationOut
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.types import Dossier

TAGS = ["onboarding"]


def tagged(out: ApplicationOut) -> Response[ApplicationOut]:
    """The application with its version as entity tag."""
    return Response(out, headers={"ETag": etag(out.version)})


def answer(dossier: Dossier, language: str) -> Response[ApplicationOut]:
    """The application as the applicant sees it, with its version as entity tag."""
    return tagged(ApplicationOut.of(dossier, language))


@post(
    "/applications",
    tags=TAGS,
    summary="Begin an application, or find the open one",
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_WRITE,),
)
def begin_application(
    data: JSONBody[ApplicationIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    idempotency: NamedDependency[Idempotency],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """Begins an application, with what its appeal says filled in. A person has one open application: posting again
    returns the same."""
    with db.transaction() as session:

        def begin() -> ApplicationOut:
            dossier = applications.begin(session, principal, data.kind, data.appeal_id, language)
            return ApplicationOut.of(dossier, language)

        return tagged(idempotency.run(session, ApplicationOut, begin))


@get("/applications", tags=TAGS, summary="Your applications, newest first", scopes=(Scope.APPLICATIONS_READ,))
def list_applications(
    db: NamedDependency[Database], principal: NamedDependency[Principal], language: NamedDependency[str]
) -> Page[ApplicationOut]:
    """Your applications, and those that you filed for others."""
    with db.transaction() as session:
        return Page(items=[ApplicationOut.of(each, language) for each in applications.listed(session, principal)])


@get(
    "/applications/{application_id:str}",
    tags=TAGS,
    summary="One of your applications",
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_READ,),
)
def read_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """An application, with names and numbers masked; 404 for anyone else's."""
    with db.transaction() as session:
        out = ApplicationOut.of(applications.read(session, principal, application_id), language)
        return versioned(out, out.version)


@post(
    "/applications/{application_id:str}/submit",
    tags=TAGS,
    summary="Send it in",
    status_code=200,
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_WRITE,),
)
def submit_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """Submits an application; 422 names each missing answer as `/steps/{step}/{field}`. Submitting twice is the same as
    once."""
    with db.transaction() as session:
        return answer(applications.submit(session, principal, application_id), language)


@post(
    "/applications/{application_id:str}/withdraw",
    tags=TAGS,
    summary="Take it back",
    status_code=200,
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_WRITE,),
)
def withdraw_application(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """Withdraws an application and erases its personal data; the audit log stays."""
    with db.transaction() as session:
        return answer(applications.withdraw(session, principal, application_id), language)


HANDLERS = [
    begin_application,
    list_applications,
    read_application,
    submit_application,
    withdraw_application,
]
