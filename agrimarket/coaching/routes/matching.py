"""Matches over HTTP."""

from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agrimarket.coaching.schemas.cases import CaseOut
from agrimarket.coaching.schemas.matching import CoachChoice
from agrimarket.coaching.service import matching
from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import CaseId

TAGS = ["coaching"]


@post("/coaching/cases/{case_id:str}/assign", tags=TAGS, summary="Choose a coach by hand", status_code=200)
def assign_coach(
    case_id: FromPath[CaseId],
    data: JSONBody[CoachChoice],
    db: NamedDependency[Database],
    operator: NamedDependency[Principal],
) -> CaseOut:
    """An operator gives a waiting case to a coach; the hard rules of the match still hold."""
    with db.transaction() as session:
        return CaseOut.of(matching.assign(session, operator, case_id, data.coach_id, data.reason))
