"""What waits for one person who is coached."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session


def lines(session: Session, person_id: UUID, *, closed: bool) -> Sequence[Row[Any]]:
    """Cases of that person, newest first, with the coach's name and what the coach last waited for; one statement.

    Those that are closed are left out unless `closed`.
    """
    return session.connection().execute(_LINES, {"person": person_id, "closed": closed}).all()


_LINES = text("""
    SELECT c.id, c.state, c.product, c.grams, c.spoils_at, c.due_key AS by, k.display_name AS coach,
           (SELECT e.note FROM coaching_event AS e WHERE e.case_id = c.id AND e.act = 'held'
            ORDER BY e.created_at DESC, e.id DESC LIMIT 1) AS asked
    FROM coaching_case AS c
    LEFT JOIN assignment AS a ON a.case_id = c.id AND a.ended_at IS NULL
    LEFT JOIN coach AS k ON k.person_id = a.coach_id
    WHERE c.person_id = :person AND (c.state <> 'closed' OR :closed)
    ORDER BY c.id DESC
""")
