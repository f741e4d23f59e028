"""What waits for one person: their appeals, applications, filings and imports."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session


def lines(session: Session, person_id: UUID) -> Sequence[Row[Any]]:
    """Everything of that person that goes on, or was decided these two weeks; one statement.

    `at` is when it was called about or decided, `by` what was promised; `asks` are the open questions of a reviewer.
    """
    return session.connection().execute(_LINES, {"person": person_id}).all()


_LINES = text("""
    SELECT 'appeal' AS source, id, number, state, product, grams, spoils_at, called_at AS at, answer_by AS by,
           call_outcome AS outcome, call_again_at AS again_at, NULL::jsonb AS asks, NULL AS name, 0 AS total
    FROM appeal WHERE person_id = :person AND state IN ('received', 'triaged')
    UNION ALL
    SELECT 'application', a.id, NULL, a.state, a.product,
           a.grams, a.spoils_at, a.decided_at, NULL, NULL, NULL,
           (SELECT jsonb_agg(jsonb_build_array(r.step, r.reason, r.note) ORDER BY r.id)
            FROM info_request AS r WHERE r.application_id = a.id AND r.answered_at IS NULL), a.kind, 0
    FROM application AS a
    WHERE a.person_id = :person AND (
        a.state IN ('draft', 'submitted', 'in_review', 'info_requested')
        OR a.state IN ('approved', 'rejected') AND a.decided_at > agrimarket_now() - interval '14 days'
            AND NOT EXISTS (SELECT FROM application AS n WHERE n.person_id = a.person_id AND n.id > a.id))
    UNION ALL
    SELECT 'filing', id, NULL, state, product, grams, spoils_at, created_at, NULL, NULL, NULL, NULL, NULL, 0
    FROM member_filing WHERE person_id = :person AND state = 'waiting'
    UNION ALL
    SELECT 'import', id, NULL, state, NULL, NULL, NULL, created_at, NULL, NULL, NULL, NULL, file_name, total - faulty
    FROM member_import WHERE importer_id = :person AND state IN ('checked', 'loading')
        AND created_at > agrimarket_now() - interval '14 days'
""")
