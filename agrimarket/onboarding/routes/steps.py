"""JSON handler of the steps of applications."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.etag import expected_version
from agrimarket.http.handlers import patch
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.routes.applications import TAGS, answer
from agrimarket.onboarding.schemas.applications import ApplicationOut
from agrimarket.onboarding.schemas.steps import StepIn
from agrimarket.onboarding.service import steps


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
    """Saves answers of one step; needs `If-Match` with the version that was read. Fields that are left out stay; null
    takes an answer back."""
    with db.transaction() as session:
        dossier = steps.save(session, principal, application_id, step, expected_version(request), data.root)
        return answer(dossier, language)


HANDLERS = [save_step]
