"""Mandates: growers let agents sell for them: stock, listings and orders. Where the money goes stays theirs alone."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import AgentIsOneself, GrowerNotYetApproved
from agrimarket.accounts.events import MandateEnded, MandateGiven
from agrimarket.accounts.queries import mandates as queries
from agrimarket.accounts.service import audit, people
from agrimarket.accounts.types import MandateInfo
from agrimarket.kernel import outbox
from agrimarket.kernel.errors import found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import MandateNeeded, Principal
from agrimarket.kernel.resources import reference


def give(session: Session, grower: Principal, agent_id: UUID) -> MandateInfo:
    """Let that person sell for the caller, until either ends it; one that stands already is returned.

    `AgentIsOneself`. The agent is told, and it is audited.
    """
    if agent_id == grower.person_id:
        raise AgentIsOneself(pointer="/phone")
    made = queries.give(session, new_id(), grower.person_id, agent_id)
    given = found(queries.standing(session, grower.person_id, agent_id))
    if made is not None:
        outbox.record(session, MandateGiven(mandate_id=made, person_id=agent_id, name=given.grower))
        _audit(session, grower, "mandate.given", given)
    return given


def give_by_phone(session: Session, grower: Principal, phone: str) -> MandateInfo:
    """`give` to whoever has that telephone; somebody who was never here finds it when they sign in.

    `PhoneUnreadable`, `AgentIsOneself`.
    """
    return give(session, grower, people.with_phone(session, phone, grower.language))


def end(session: Session, party: Principal, mandate_id: UUID) -> None:
    """End a mandate, as its grower or its agent, at once; `NotFound` for others and for one that has ended."""
    ended = found(queries.end(session, mandate_id, party.person_id))
    by_agent = party.person_id == ended.agent_id
    told, name = (ended.grower_id, ended.agent) if by_agent else (ended.agent_id, ended.grower)
    outbox.record(session, MandateEnded(mandate_id=ended.id, person_id=told, name=name, by_agent=by_agent))
    _audit(session, party, "mandate.ended", ended)


def given_by(session: Session, grower: Principal) -> list[MandateInfo]:
    """Who may sell for the caller. One statement."""
    return queries.of_grower(session, grower.person_id)


def held_by(session: Session, agent: Principal) -> list[MandateInfo]:
    """Whom the caller may sell for. One statement."""
    return queries.of_agent(session, agent.person_id)


def held(session: Session, agent: Principal, mandate_id: UUID) -> MandateInfo:
    """A mandate under which the caller sells; `NotFound`."""
    return found(next((each for each in held_by(session, agent) if each.id == mandate_id), None))


def choose(session: Session, agent: Principal, mandate_id: UUID) -> MandateInfo:
    """Sell for that grower in this sign-in from now on. `NotFound`; `GrowerNotYetApproved`. Audited."""
    mandate = held(session, agent, mandate_id)
    if mandate.seller_id is None:
        raise GrowerNotYetApproved
    queries.choose(session, found(agent.session_id), mandate.seller_id)
    _audit(session, agent, "mandate.chosen", mandate)
    return mandate


def leave(session: Session, agent: Principal) -> None:
    """Sell for oneself again in this sign-in."""
    queries.choose(session, found(agent.session_id), None)


def require_standing(session: Session, person_id: UUID, seller_id: UUID) -> None:
    """`MandateNeeded` unless the seller's account is that person's own, or they may sell for it. One statement."""
    if not queries.sells_for(session, person_id, seller_id):
        raise MandateNeeded


def agents_of(session: Session, grower_id: UUID) -> list[tuple[UUID, UUID]]:
    """(mandate, agent) of those who may sell for that person. One statement."""
    return queries.agents_of(session, grower_id)


def _audit(session: Session, who: Principal, act: str, mandate: MandateInfo) -> None:
    parties = {
        "grower": reference("person", mandate.grower_id),
        "agent": reference("person", mandate.agent_id),
    }
    audit.record(session, who, act, reference("mandate", mandate.id), parties)
