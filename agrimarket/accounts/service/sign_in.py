"""Sign-in: codes by SMS, sessions and their tokens."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session

from agrimarket.accounts.errors import CodeExpired, CodeTooSoon, CodeWrong
from agrimarket.accounts.events import CodeRequested
from agrimarket.accounts.queries import sign_in as queries
from agrimarket.accounts.rules import (
    CODE_DIGITS,
    CODE_LIFE,
    CODE_TRIES,
    KEY_PREFIX,
    PHONE_IDLE,
    PHONE_LIFE,
    RESEND_AFTER,
    SEEN_EVERY,
    normal_code,
    normal_phone,
)
from agrimarket.accounts.service import audit
from agrimarket.accounts.types import CodeMessage, IssuedCode, SessionInfo
from agrimarket.kernel import ids, outbox
from agrimarket.kernel.crypto import blind_index, decrypt, encrypt, new_token, token_hash
from agrimarket.kernel.errors import DomainError, NotFound, Unauthenticated
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role

_SEALED = "sign_in_code.code_sealed"


def request_code(session: Session, phone: str, language: str) -> IssuedCode:
    """Make a code for `phone` and have it sent; it replaces the phone's earlier one.

    Known and unknown phones are treated alike. `PhoneUnreadable`; `CodeTooSoon` within a minute of the last.
    """
    number = normal_phone(phone)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = {
        "id": new_id(),
        "phone": number,
        "hash": _hash(number, code),
        "sealed": encrypt(code, context=_SEALED),
        "language": language,
        "life": CODE_LIFE,
        "pause": RESEND_AFTER,
    }
    made = session.connection().execute(_REQUEST, row).one_or_none()
    if made is None:
        raise CodeTooSoon(pointer="/phone", retry_after=int(RESEND_AFTER.total_seconds()))
    outbox.record(session, CodeRequested(code_id=made.id))
    return IssuedCode(made.id, number, made.expires_at)


def try_code(session: Session, phone: str, code: str) -> DomainError | None:
    """Count a try at the code of `phone`, and use the code up if it is right. Returns a refusal instead of raising it.

    Commit before you raise the refusal, as `flows.sign_in` does: a count that is rolled back would allow endless
    tries.
    """
    number = normal_phone(phone)
    row = {"phone": number, "hash": _hash(number, normal_code(code)), "tries": CODE_TRIES}
    tried = session.connection().execute(_TRY, row).one_or_none()
    if tried is None:
        return CodeExpired(pointer="/code")
    return None if tried.right else CodeWrong(pointer="/code", left=CODE_TRIES - tried.attempts)


def code_message(session: Session, code_id: UUID) -> CodeMessage | None:
    """Message for a `CodeRequested`; None if the code was replaced or used, or is too old."""
    row = queries.code(session, code_id)
    if row is None:
        return None
    return CodeMessage(row.phone, decrypt(bytes(row.code_sealed), context=_SEALED), row.language)


def authenticate(session: Session, token: str) -> Principal | None:
    """Bearer of a token, which is a session's or an API key; None if it is unknown or has ended. One statement.

    Notes, at most once every `SEEN_EVERY`, that the token was used.
    """
    statement = _BY_KEY if token.startswith(KEY_PREFIX) else _BY_SESSION
    row = session.connection().execute(statement, {"hash": token_hash(token), "every": SEEN_EVERY}).one_or_none()
    if row is None:
        return None
    roles = frozenset(Role(role) for role in row.roles)
    return Principal(row.person_id, roles, row.language, row.session_id, row.seller_id, row.buyer_id)


def open_session(
    session: Session,
    person_id: UUID,
    *,
    idle: timedelta = PHONE_IDLE,
    life: timedelta = PHONE_LIFE,
    device: str = "",
    method: str = "code",
) -> tuple[str, Principal]:
    """Sign a person in; the new token is returned here and never again. Audited."""
    token = new_token()
    session_id = new_id()
    row = {"id": session_id, "person": person_id, "hash": token_hash(token), "device": device[:200]}
    session.connection().execute(_OPEN, row | {"idle": idle, "life": life})
    audit.record_as(session, person_id, "session.opened", ids.encode("ses", session_id), {"method": method})
    principal = authenticate(session, token)
    if principal is None:  # the row was written above, in this transaction
        raise Unauthenticated
    return token, principal


def sign_out(session: Session, token: str) -> None:
    """End the session of that token, if there is one."""
    session.connection().execute(_SIGN_OUT, {"hash": token_hash(token)})


def sessions_of(session: Session, person_id: UUID) -> list[SessionInfo]:
    """A person's live sessions, newest first."""
    return queries.sessions_of(session, person_id)


def end_session(session: Session, person_id: UUID, session_id: UUID) -> None:
    """End one of a person's sessions; `NotFound` if it is not theirs or is over."""
    if not session.connection().execute(_END, {"person": person_id, "id": session_id}).rowcount:
        raise NotFound
    audit.record_as(session, person_id, "session.ended", ids.encode("ses", session_id), {})


def end_all(session: Session, person_id: UUID) -> None:
    """End every sign-in of a person at once."""
    session.connection().execute(_END_ALL, {"person": person_id})


def tidy(session: Session) -> int:
    """Delete sessions that ended a month ago and codes that ended a day ago; returns how many rows."""
    connection = session.connection()
    return connection.execute(_TIDY_SESSIONS).rowcount + connection.execute(_TIDY_CODES).rowcount


def _hash(phone: str, code: str) -> bytes:
    return blind_index(f"{phone} {code}", context="sign_in_code.code_hash")


_REQUEST = text("""
    INSERT INTO sign_in_code (id, phone, code_hash, code_sealed, language, attempts, expires_at)
    VALUES (:id, :phone, :hash, :sealed, :language, 0, agrimarket_now() + :life)
    ON CONFLICT (phone) DO UPDATE SET
        id = excluded.id, code_hash = excluded.code_hash, code_sealed = excluded.code_sealed,
        language = excluded.language, attempts = 0, used_at = NULL,
        created_at = agrimarket_now(), expires_at = excluded.expires_at
    WHERE sign_in_code.created_at <= agrimarket_now() - :pause
    RETURNING id, expires_at
""").bindparams(bindparam("life", type_=Interval), bindparam("pause", type_=Interval))
_TRY = text("""
    UPDATE sign_in_code SET
        attempts = attempts + 1, used_at = CASE WHEN code_hash = :hash THEN agrimarket_now() END
    WHERE phone = :phone AND used_at IS NULL AND attempts < :tries AND expires_at > agrimarket_now()
    RETURNING used_at IS NOT NULL AS right, attempts
""")
_FROM_LIVE = """
    FROM live JOIN person AS p ON p.id = live.person_id
    LEFT JOIN seller AS s ON s.person_id = p.id LEFT JOIN buyer AS b ON b.person_id = p.id
"""
_BY_SESSION = text(f"""
    WITH live AS MATERIALIZED (
        SELECT id, person_id, seen_at FROM sign_in_session WHERE token_hash = :hash AND {queries.LIVE}
    ), seen AS (
        UPDATE sign_in_session AS x SET seen_at = agrimarket_now() FROM live
        WHERE x.id = live.id AND live.seen_at < agrimarket_now() - :every
    )
    SELECT live.id AS session_id, ARRAY(SELECT role FROM person_role AS r WHERE r.person_id = p.id) AS roles,
        p.id AS person_id, p.language, s.id AS seller_id, b.id AS buyer_id
    {_FROM_LIVE}
""").bindparams(bindparam("every", type_=Interval))  # noqa: S608  # made of constants
_BY_KEY = text(f"""
    WITH live AS MATERIALIZED (
        SELECT id, person_id, roles, used_at FROM api_key WHERE key_hash = :hash AND revoked_at IS NULL
    ), used AS (
        UPDATE api_key AS x SET used_at = agrimarket_now() FROM live
        WHERE x.id = live.id AND (live.used_at IS NULL OR live.used_at < agrimarket_now() - :every)
    )
    SELECT CAST(NULL AS uuid) AS session_id, ARRAY(
        SELECT role FROM person_role AS r WHERE r.person_id = p.id AND r.role = ANY(live.roles)
    ) AS roles, p.id AS person_id, p.language,
        CASE WHEN '{Role.SELLER.value}' = ANY(live.roles) THEN s.id END AS seller_id,
        CASE WHEN '{Role.BUYER.value}' = ANY(live.roles) THEN b.id END AS buyer_id
    {_FROM_LIVE}
""").bindparams(bindparam("every", type_=Interval))  # noqa: S608  # made of constants
_OPEN = text("""
    INSERT INTO sign_in_session (id, person_id, token_hash, device, idle, expires_at)
    VALUES (:id, :person, :hash, :device, :idle, agrimarket_now() + :life)
""").bindparams(bindparam("idle", type_=Interval), bindparam("life", type_=Interval))
_SIGN_OUT = text("UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE token_hash = :hash AND ended_at IS NULL")
_END = text(f"""
    UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE id = :id AND person_id = :person AND {queries.LIVE}
""")  # noqa: S608  # made of constants
_END_ALL = text("""
    UPDATE sign_in_session SET ended_at = agrimarket_now() WHERE person_id = :person AND ended_at IS NULL
""")
_TIDY_SESSIONS = text("""
    DELETE FROM sign_in_session WHERE coalesce(ended_at, expires_at) < agrimarket_now() - interval '30 days'
""")
_TIDY_CODES = text("DELETE FROM sign_in_code WHERE expires_at < agrimarket_now() - interval '1 day'")
