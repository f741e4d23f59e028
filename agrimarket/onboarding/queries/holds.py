"""Writes of the holds on applications and appeals."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session


def let_go(session: Session, who: UUID) -> int:
    """End every hold of `who`; how many. A claim of theirs that is under way stands no more."""
    connection, row = session.connection(), {"who": who}
    return sum(connection.execute(statement, row).rowcount for statement in (_APPLICATIONS, _APPEALS))


_APPLICATIONS = text("""
    WITH held AS MATERIALIZED (
        SELECT id FROM application WHERE reviewer_id = :who AND state = 'in_review' AND held_until IS NOT NULL
        ORDER BY id FOR UPDATE
    )
    UPDATE application AS a SET held_until = NULL FROM held WHERE a.id = held.id
""")
_APPEALS = text("""
    WITH held AS MATERIALIZED (
        SELECT id FROM appeal
        WHERE reviewer_id = :who AND state IN ('received', 'triaged') AND held_until IS NOT NULL ORDER BY id FOR UPDATE
    )
    UPDATE appeal AS a SET held_until = NULL FROM held WHERE a.id = held.id
""")
