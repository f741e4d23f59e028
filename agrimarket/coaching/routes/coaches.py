"""Coaches over HTTP."""

from litestar.di import NamedDependency
from litestar.params import JSONBody

from agrimarket.coaching.schemas.coaches import CoachIn
from agrimarket.coaching.service import coaches
from agrimarket.http.handlers import post
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal

TAGS = ["coaching"]


@post("/coaching/coaches", tags=TAGS, summary="Make a person a coach", status_code=204)
def register_coach(
    data: JSONBody[CoachIn], db: NamedDependency[Database], operator: NamedDependency[Principal]
) -> None:
    """Makes a person a coach, for an operator who has checked them; or changes the profile of a coach."""
    with db.transaction() as session:
        coaches.register(session, data.person_id, by=operator, **data.model_dump(exclude={"person_id"}))
