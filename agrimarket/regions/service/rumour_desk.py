"""The operators' desk of rumours: they publish what an authority says, supersede it, or say nothing, for a reason."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import outbox
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.waiting import Waiting
from agrimarket.regions.errors import RumourAnswered, RumourUnknown
from agrimarket.regions.events import RumourPublished, RumourSetAside
from agrimarket.regions.queries import rumours as queries
from agrimarket.regions.service.rumours import existing
from agrimarket.regions.types.rumours import RumourInfo, Word

QUEUE = 100
"""Rumours that the desk lists at most."""


def unanswered(session: Session, operator: Principal) -> list[RumourInfo]:
    """Rumours that wait for a word, the most reported first, at most a hundred; for operators."""
    operator.require(Role.OPERATOR)
    return queries.unanswered(session, QUEUE)


def at_desk(session: Session, operator: Principal, rumour_id: UUID) -> RumourInfo:
    """A rumour, whatever is published about it; for operators. `RumourUnknown` if there is none."""
    operator.require(Role.OPERATOR)
    return existing(session, rumour_id)


def waiting(session: Session) -> Waiting:
    """How many rumours wait for a word, and since when the oldest does; one statement."""
    count, oldest = queries.waiting(session)
    return Waiting(count, oldest)


def publish(session: Session, operator: Principal, rumour_id: UUID, word: Word) -> RumourInfo:
    """Publish what an authority says of a rumour, in place of the word that holds, which stays to be read.

    `RumourAnswered` if another one holds by now than the operator has seen. Records `RumourPublished`.
    """
    operator.require(Role.OPERATOR)
    if not queries.lock(session, rumour_id):
        raise RumourUnknown
    before = existing(session, rumour_id).current
    if (before.id if before else None) != word.supersedes:
        raise RumourAnswered
    rebuttal_id = new_id()
    queries.publish(session, rumour_id, rebuttal_id, word, operator.person_id)
    outbox.record(
        session,
        RumourPublished(
            rumour_id=rumour_id,
            rebuttal_id=rebuttal_id,
            supersedes_id=word.supersedes,
            verdict=word.verdict.value,
            authority=word.authority,
            person_id=operator.person_id,
        ),
    )
    return existing(session, rumour_id)


def set_aside(session: Session, operator: Principal, rumour_id: UUID, why: str) -> None:
    """Take a rumour from the queue without a word about it. `RumourAnswered` if one is published.

    Whoever reports it again is counted, and it stays aside. Records `RumourSetAside`.
    """
    operator.require(Role.OPERATOR)
    if not queries.lock(session, rumour_id):
        raise RumourUnknown
    if existing(session, rumour_id).words:
        raise RumourAnswered
    queries.set_aside(session, rumour_id, operator.person_id, why)
    outbox.record(session, RumourSetAside(rumour_id=rumour_id, why=why, person_id=operator.person_id))
