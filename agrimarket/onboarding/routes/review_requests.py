"""JSON handler of review requests."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.routes.applications import TAGS, answer
from agrimarket.onboarding.schemas.applications import ApplicationOut
from agrimarket.onboarding.service import review_requests


@post(
    "/applications/{application_id:str}/review-request",
    tags=TAGS,
    summary="Have a rejection looked at again",
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_WRITE,),
)
def request_review(
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[ApplicationOut]:
    """Begins a new draft with the same answers; once it is submitted, another reviewer decides."""
    with db.transaction() as session:
        return answer(review_requests.request(session, principal, application_id), language)


HANDLERS = [request_review]
