"""Form with which a rejected applicant requests a second review."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import form
from agrimarket.http.pages import see_other
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.pages.applications import path_of, show_again
from agrimarket.onboarding.service import review_requests


@form("/applications/{application_id:str}/review-request", again=show_again)
def request_review(
    request: Request[Any, Any, Any],
    application_id: FromPath[ApplicationId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Request a second review by somebody else; redirects to the new draft."""
    with db.transaction() as session:
        draft = review_requests.request(session, principal, application_id)
    return see_other(path_of(draft.application.id))


HANDLERS: list[ControllerRouterHandler] = [request_review]
