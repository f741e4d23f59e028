"""Village agents, who file for farmers without a phone of their own at hand."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.queries import appeals, applications
from agrimarket.onboarding.types import AgentAppeal
from agrimarket.regions.service import places


def appeals_filed(session: Session, agent: Principal, before: UUID | None, limit: int) -> list[AgentAppeal]:
    """The appeals that the agent filed for farmers, newest first."""
    rows = appeals.filed_by(session, agent.person_id, before, limit)
    regions = {code: places.get(session, code).text for code in {appeal.region_code for appeal in rows}}
    linked = {appeal.application_id for appeal in rows if appeal.application_id}
    states = applications.states(session, linked) if linked else {}
    return [
        AgentAppeal(each, regions[each.region_code], states.get(each.application_id) if each.application_id else None)
        for each in rows
    ]
