"""SELECTs of sign-in codes and sessions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.accounts.types import SessionInfo

LIVE = "ended_at IS NULL AND expires_at > agrimarket_now() AND seen_at + idle > agrimarket_now()"
"""Condition of a session that has not ended."""


def code(session: Session, code_id: UUID) -> Row[Any] | None:
    """Phone, ciphertext and language of a code that is valid; None if it was replaced or used, or is too old."""
    return session.connection().execute(_CODE, {"id": code_id}).one_or_none()


def sessions_of(session: Session, person_id: UUID) -> list[SessionInfo]:
    """A person's live sessions, newest first, at most a hundred."""
    rows = session.connection().execute(_SESSIONS, {"person": person_id})
    return [SessionInfo(row.id, row.device, row.created_at, row.seen_at, row.expires_at) for row in rows]


_CODE = text("""
    SELECT phone, code_sealed, language FROM sign_in_code
    WHERE id = :id AND used_at IS NULL AND expires_at > agrimarket_now()
""")
_SESSIONS = text(f"""
    SELECT id, device, created_at, seen_at, expires_at FROM sign_in_session
    WHERE person_id = :person AND {LIVE} ORDER BY id DESC LIMIT 100
""")  # noqa: S608  # made of constants
