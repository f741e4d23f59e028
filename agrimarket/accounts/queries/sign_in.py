"""SELECTs and writes of sign-in codes and sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session

from agrimarket.accounts.rules import BURNT_WITHIN, CODE_LIFE, CODE_TRIES, SEEN_EVERY
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


def replace_code(
    session: Session,
    code_id: UUID,
    phone: str,
    code_hash: bytes,
    sealed: bytes,
    language: str,
    *,
    long: bool,
    pause: timedelta,
) -> Row[Any] | None:
    """Id and end of a new code in place of the phone's earlier one; None if that is younger than `pause`."""
    row = {"id": code_id, "phone": phone, "hash": code_hash, "sealed": sealed, "language": language, "long": long}
    return session.connection().execute(_REQUEST, row | {"life": CODE_LIFE, "pause": pause}).one_or_none()


def burnt(session: Session, phone: str) -> bool:
    """Whether wrong tries have used up the phone's code within `BURNT_WITHIN`, or it is a long one already."""
    row = {"phone": phone, "tries": CODE_TRIES, "within": BURNT_WITHIN}
    return session.connection().execute(_BURNT, row).scalar_one()


def try_code(session: Session, phone: str, code_hash: bytes) -> Row[Any] | None:
    """Count a try and use the code up if it was `right`; None if the phone has no code that can be tried."""
    row = {"phone": phone, "hash": code_hash, "tries": CODE_TRIES}
    return session.connection().execute(_TRY, row).one_or_none()


def bearer_of_session(session: Session, token_hash: bytes, grower: UUID | None) -> Row[Any] | None:
    """Whom a session's token signs in; None if there is no such session or it has ended. Notes the use.

    With the seller `grower`, or the one chosen in the session, if they have let that person sell for them.
    """
    row = {"hash": token_hash, "every": SEEN_EVERY, "grower": grower}
    return session.connection().execute(_BY_SESSION, row).one_or_none()


def bearer_of_key(session: Session, token_hash: bytes, grower: UUID | None) -> Row[Any] | None:
    """Whom an API key signs in, with the key's scopes; None if there is no such key or it is revoked. Notes the use.

    With the seller `grower`, if they have let that person sell for them.
    """
    row = {"hash": token_hash, "every": SEEN_EVERY, "grower": grower}
    return session.connection().execute(_BY_KEY, row).one_or_none()


def insert(
    session: Session,
    session_id: UUID,
    person_id: UUID,
    token_hash: bytes,
    device: str,
    idle: timedelta,
    life: timedelta,
) -> None:
    """Insert a session that ends after `life`, or after `idle` without use."""
    row = {"id": session_id, "person": person_id, "hash": token_hash, "device": device}
    session.connection().execute(_OPEN, row | {"idle": idle, "life": life})


def sign_out(session: Session, token_hash: bytes) -> None:
    """End the session with that token."""
    session.connection().execute(_SIGN_OUT, {"hash": token_hash})


def end(session: Session, person_id: UUID, session_id: UUID) -> bool:
    """End that live session of the person; whether there was one."""
    return session.connection().execute(_END, {"person": person_id, "id": session_id}).rowcount > 0


def end_all(session: Session, person_id: UUID) -> None:
    """End all sessions of the person."""
    session.connection().execute(_END_ALL, {"person": person_id})


def tidy(session: Session) -> int:
    """Delete sessions that ended a month ago and codes that ended a day ago; returns how many rows."""
    connection = session.connection()
    return connection.execute(_TIDY_SESSIONS).rowcount + connection.execute(_TIDY_CODES).rowcount


_CODE = text("""
    SELECT phone, code_sealed, language FROM sign_in_code
    WHERE id = :id AND used_at IS NULL AND expires_at > agrimarket_now()
""")
_SESSIONS = text(f"""
    SELECT id, device, created_at, seen_at, expires_at FROM sign_in_session
    WHERE person_id = :person AND {LIVE} ORDER BY id DESC LIMIT 100
""")  # noqa: S608  # made of constants
_REQUEST = text("""
    INSERT INTO sign_in_code (id, phone, code_hash, code_sealed, language, attempts, long, expires_at)
    VALUES (:id, :phone, :hash, :sealed, :language, 0, :long, agrimarket_now() + :life)
    ON CONFLICT (phone) DO UPDATE SET
        id = excluded.id, code_hash = excluded.code_hash, code_sealed = excluded.code_sealed,
        language = excluded.language, attempts = 0, long = excluded.long, used_at = NULL,
        created_at = agrimarket_now(), expires_at = excluded.expires_at
    WHERE sign_in_code.created_at <= agrimarket_now() - :pause
    RETURNING id, expires_at
""").bindparams(bindparam("life", type_=Interval), bindparam("pause", type_=Interval))
_BURNT = text("""
    SELECT EXISTS (
        SELECT FROM sign_in_code
        WHERE phone = :phone AND used_at IS NULL AND (attempts >= :tries OR long)
            AND created_at > agrimarket_now() - :within
    )
""").bindparams(bindparam("within", type_=Interval))
_TRY = text("""
    UPDATE sign_in_code SET
        attempts = least(attempts + 1, :tries), used_at = CASE WHEN code_hash = :hash THEN agrimarket_now() END
    WHERE phone = :phone AND used_at IS NULL AND (attempts < :tries OR long) AND expires_at > agrimarket_now()
    RETURNING used_at IS NOT NULL AS right, attempts, long
""")
_PERSON = """
    p.id AS person_id, p.language, s.id AS seller_id, b.id AS buyer_id,
    ARRAY(SELECT role FROM person_role AS r WHERE r.person_id = p.id) AS roles,
    g.id AS grower_id, g.display_name AS grower_name
"""
_FROM_LIVE = """
    FROM live JOIN person AS p ON p.id = live.person_id
    LEFT JOIN seller AS s ON s.person_id = p.id LEFT JOIN buyer AS b ON b.person_id = p.id
    LEFT JOIN seller AS g ON g.id = coalesce(:grower, live.sells_for_id) AND EXISTS (
        SELECT FROM mandate AS m
        WHERE m.grower_person_id = g.person_id AND m.agent_person_id = p.id AND m.ended_at IS NULL
    )
"""
_BY_SESSION = text(f"""
    WITH live AS MATERIALIZED (
        SELECT id, person_id, sells_for_id, seen_at FROM sign_in_session WHERE token_hash = :hash AND {LIVE}
    ), seen AS (
        UPDATE sign_in_session AS x SET seen_at = agrimarket_now() FROM live
        WHERE x.id = live.id AND live.seen_at < agrimarket_now() - :every
    )
    SELECT live.id AS session_id, CAST(NULL AS varchar[]) AS scopes, {_PERSON}
    {_FROM_LIVE}
""").bindparams(bindparam("every", type_=Interval), bindparam("grower", type_=Uuid()))  # noqa: S608  # made of constants
_BY_KEY = text(f"""
    WITH live AS MATERIALIZED (
        SELECT id, person_id, CAST(NULL AS uuid) AS sells_for_id, scopes, used_at FROM api_key
        WHERE key_hash = :hash AND revoked_at IS NULL
    ), used AS (
        UPDATE api_key AS x SET used_at = agrimarket_now() FROM live
        WHERE x.id = live.id AND (live.used_at IS NULL OR live.used_at < agrimarket_now() - :every)
    )
    SELECT CAST(NULL AS uuid) AS session_id, live.scopes, {_PERSON}
    {_FROM_LIVE}
""").bindparams(bindparam("every", type_=Interval), bindparam("grower", type_=Uuid()))  # noqa: S608  # made of constants
_OPEN = text("""
    INSERT INTO sign_in_session (id, person_id, token_hash, device, idle, expires_at)
    VALUES (:id, :person, :hash, :device, :idle, agrimarket_now() + :life)
""").bindparams(bindparam("idle", type_=Interval), bindparam("life", type_=Interval))
_SIGN_OUT = text("UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE token_hash = :hash AND ended_at IS NULL")
_END = text(f"""
    UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE id = :id AND person_id = :person AND {LIVE}
""")  # noqa: S608  # made of constants
_END_ALL = text("""
    UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE person_id = :person AND ended_at IS NULL
""")
_TIDY_SESSIONS = text("""
    DELETE FROM sign_in_session WHERE coalesce(ended_at, expires_at) < agrimarket_now() - interval '30 days'
""")
_TIDY_CODES = text("DELETE FROM sign_in_code WHERE expires_at < agrimarket_now() - interval '1 day'")
