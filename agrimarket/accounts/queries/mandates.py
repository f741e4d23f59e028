"""Mandates: written, ended and listed; and for whom a session sells."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel import Session

from agrimarket.accounts.types import MandateInfo

LIMIT = 500
"""Mandates of one person that are listed."""


def give(session: Session, mandate_id: UUID, grower: UUID, agent: UUID) -> UUID | None:
    """Write a mandate under that id; None if one stands already. Safe when run twice at once."""
    row = {"id": mandate_id, "grower": grower, "agent": agent}
    return session.connection().execute(_GIVE, row).scalar_one_or_none()


def standing(session: Session, grower: UUID, agent: UUID) -> MandateInfo | None:
    """The mandate that stands between those two."""
    return next((each for each in _listed(session, grower=grower, agent=agent)), None)


def of_grower(session: Session, grower: UUID) -> list[MandateInfo]:
    """The mandates that stand and that this person has given, oldest first."""
    return _listed(session, grower=grower)


def of_agent(session: Session, agent: UUID) -> list[MandateInfo]:
    """The mandates that stand and under which this person sells, oldest first."""
    return _listed(session, agent=agent)


def end(session: Session, mandate_id: UUID, party: UUID) -> MandateInfo | None:
    """End a mandate that stands and of which that person is a party; None if there is none."""
    row = session.connection().execute(_END, {"id": mandate_id, "party": party}).one_or_none()
    return None if row is None else MandateInfo(*row)


def choose(session: Session, session_id: UUID, seller_id: UUID | None) -> None:
    """Note for whom that sign-in sells from now on; None is the person's own account."""
    session.connection().execute(_CHOOSE, {"id": session_id, "seller": seller_id})


def sells_for(session: Session, person: UUID, seller_id: UUID) -> bool:
    """Whether that seller's account is the person's own, or its grower lets them sell for it."""
    return session.connection().execute(_SELLS_FOR, {"person": person, "seller": seller_id}).scalar_one()


def agents_of(session: Session, grower: UUID) -> list[tuple[UUID, UUID]]:
    """(mandate, agent) of those who may sell for that person."""
    return [(row.id, row.agent) for row in session.connection().execute(_AGENTS, {"grower": grower})]


def _listed(session: Session, **parties: UUID) -> list[MandateInfo]:
    row: dict[str, Any] = {"grower": None, "agent": None, "limit": LIMIT, **parties}
    return [MandateInfo(*each) for each in session.connection().execute(_LISTED, row)]


_GIVE = text("""
    INSERT INTO mandate (id, grower_person_id, agent_person_id) VALUES (:id, :grower, :agent)
    ON CONFLICT (agent_person_id, grower_person_id) WHERE ended_at IS NULL DO NOTHING RETURNING id
""")
_COLUMNS = """
    m.id, m.grower_person_id, s.id AS seller_id, coalesce(s.display_name, nullif(g.display_name, ''), '') AS grower,
    m.agent_person_id, coalesce(nullif(a.display_name, ''), '') AS agent, a.phone, m.given_at
"""
_JOINED = """
    JOIN person AS g ON g.id = m.grower_person_id JOIN person AS a ON a.id = m.agent_person_id
    LEFT JOIN seller AS s ON s.person_id = m.grower_person_id
"""
_LISTED = text(f"""
    SELECT {_COLUMNS} FROM mandate AS m {_JOINED}
    WHERE m.ended_at IS NULL
        AND (:grower IS NULL OR m.grower_person_id = :grower) AND (:agent IS NULL OR m.agent_person_id = :agent)
    ORDER BY m.id LIMIT :limit
""").bindparams(bindparam("grower", type_=Uuid()), bindparam("agent", type_=Uuid()))  # noqa: S608  # constants
_END = text(f"""
    WITH m AS (
        UPDATE mandate SET ended_at = agrimarket_now(), ended_by_id = :party
        WHERE id = :id AND ended_at IS NULL AND :party IN (grower_person_id, agent_person_id)
        RETURNING *
    )
    SELECT {_COLUMNS} FROM m {_JOINED}
""").bindparams(bindparam("party", type_=Uuid()))  # noqa: S608  # constants
_CHOOSE = text("UPDATE sign_in_session SET sells_for_id = :seller WHERE id = :id").bindparams(
    bindparam("seller", type_=Uuid())
)
_SELLS_FOR = text("""
    SELECT EXISTS (
        SELECT FROM seller AS s WHERE s.id = :seller AND (s.person_id = :person OR EXISTS (
            SELECT FROM mandate AS m
            WHERE m.grower_person_id = s.person_id AND m.agent_person_id = :person AND m.ended_at IS NULL
        ))
    )
""").bindparams(bindparam("person", type_=Uuid()), bindparam("seller", type_=Uuid()))
_AGENTS = text("""
    SELECT id, agent_person_id AS agent FROM mandate WHERE grower_person_id = :grower AND ended_at IS NULL ORDER BY id
""")
