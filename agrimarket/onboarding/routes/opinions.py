"""Counties' opinions about appeals over HTTP; operators only."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.http.handlers import get, post
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId
from agrimarket.onboarding.routes.review import TAGS
from agrimarket.onboarding.schemas.opinions import AppealOpinionIn, AppealOpinionOut, AppealOpinionsOut
from agrimarket.onboarding.service import opinions


@get("/review/appeals/{appeal_id:str}/opinions", tags=TAGS, summary="What counties said about an appeal's stock")
def list_opinions(
    appeal_id: FromPath[AppealId], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> AppealOpinionsOut:
    """Opinions of county offices, the newest first; the newest counts."""
    with db.reading() as session:
        return AppealOpinionsOut(items=[AppealOpinionOut.of(row) for row in opinions.about(session, appeal_id)])


@post("/review/appeals/{appeal_id:str}/opinions", tags=TAGS, summary="Record what a county said of an appeal's stock")
def give_opinion(
    appeal_id: FromPath[AppealId],
    data: JSONBody[AppealOpinionIn],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> AppealOpinionOut:
    """Verified stock stands on the next clearance list under the appeal's number, without name or telephone, until the
    appeal is closed or becomes an application. The newest opinion counts."""
    with db.transaction() as session:
        return AppealOpinionOut.of(opinions.give(session, operator, appeal_id, data))


HANDLERS = [list_opinions, give_opinion]
