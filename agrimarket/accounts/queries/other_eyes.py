"""Who made whom an operator, from the audit log, which nobody can change."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session


def makers(session: Session, subjects: Sequence[str], within: timedelta) -> set[UUID]:
    """People who made one of `subjects` (ids as on the wire) an operator, not longer ago than `within`."""
    rows = session.connection().execute(_MAKERS, {"subjects": list(subjects), "within": within})
    return set(rows.scalars())


_MAKERS = text("""
    SELECT DISTINCT person_id FROM audit_entry
    WHERE subject = ANY(:subjects) AND person_id IS NOT NULL AND created_at > agrimarket_now() - :within
        AND (action = 'role.granted' AND details ->> 'role' = 'operator'
            OR action = 'staff.enrolled' AND jsonb_exists(details -> 'roles', 'operator'))
""").bindparams(bindparam("within", type_=Interval))
