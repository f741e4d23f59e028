"""How many appeals and applications wait for operators, and for how long."""

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel.waiting import Waiting
from agrimarket.onboarding.queries.triage import WAITS


def waiting(session: Session) -> tuple[Waiting, Waiting]:
    """Appeals and applications that wait and nobody holds; one statement."""
    row = session.connection().execute(_WAITING).one()
    return Waiting(row.appeals, row.oldest_appeal), Waiting(row.applications, row.oldest_application)


_WAITING = text(f"""
    WITH appeals AS (
        SELECT count(*) AS n, min(a.created_at) AS oldest FROM appeal AS a
        WHERE {WAITS.replace(":as_of", "agrimarket_now()")}
    ), applications AS (
        SELECT count(*) AS n, min(submitted_at) AS oldest FROM application
        WHERE state IN ('submitted', 'in_review') AND (held_until IS NULL OR held_until <= agrimarket_now())
    )
    SELECT appeals.n AS appeals, appeals.oldest AS oldest_appeal,
        applications.n AS applications, applications.oldest AS oldest_application
    FROM appeals, applications
""")  # noqa: S608  # made of constants
