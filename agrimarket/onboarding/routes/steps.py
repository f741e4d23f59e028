"""JSON handler of the steps of applications."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.handlers import patch
from agrimarket.http.params import Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ApplicationId
from agrimarket.onboarding.routes.applications import TAGS, answer
from agrimarket.onboarding.schemas.applications import ApplicationOut
from agrimarket.onboarding.schemas.steps import StepIn
from agrimarket.onboarding.service import steps


@patch(
    "/applications/{application_id:str}/steps/{step:str}",
    tags=TAGS,
    summary="Save answers of one step",
    gives=("ETag",),
    scopes=(Scope.APPLICATIONS_WRITE,),
)
def save_step(
    application_id: FromPath[ApplicationId],
    step: Word,
    data: JSONBody[StepIn],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    expected_version: NamedDependency[int],
) -> Response[ApplicationOut]:
    """Saves answers of one step; needs `If-Match` with the version that was read. Fields that are left out stay; null
    takes an answer back."""
    with db.transaction() as session:
        dossier = steps.save(session, principal, application_id, step, expected_version, data.root)
        return answer(dossier, language)


HANDLERS = [save_step]
