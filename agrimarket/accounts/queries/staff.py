"""SELECTs, locks and writes of staff and their credentials."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from agrimarket.accounts.models import STAFF_ROLES_SQL
from agrimarket.accounts.types import StaffLogin, StaffMember
from agrimarket.kernel.principal import Role


def login(session: Session, email: str) -> Row[Any]:
    """Person, password hash and sealed TOTP secret for that e-mail, all None if it is unknown; and the real time."""
    return session.connection().execute(_LOGIN, {"email": email}).one()


def members(session: Session, after: UUID | None, limit: int, person_id: UUID | None = None) -> list[StaffMember]:
    """Staff after the person `after`, or the one `person_id`; disabled ones too, the oldest first."""
    rows = session.connection().execute(_MEMBERS, {"after": after, "limit": limit, "person": person_id})
    return [_member(row) for row in rows]


def lock_operators(session: Session) -> list[UUID]:
    """Operators who can sign in, by telephone or a password; none stops being one before the transaction ends."""
    held = list(session.connection().execute(_LOCK_OPERATORS).scalars())
    return list(session.connection().execute(_ABLE, {"people": held}).scalars())


def had_operators(session: Session) -> bool:
    """Whether anybody who is an operator can sign in, or could once."""
    return session.connection().execute(_HAD_OPERATORS).scalar_one()


def use_step(session: Session, login: StaffLogin, step: int) -> bool:
    """Mark a TOTP step as used; False if it, or a later one, was used, or if the password was replaced or disabled."""
    row = {"person": login.person_id, "hash": login.password_hash, "step": step}
    return session.connection().execute(_USE, row).rowcount == 1


def disable(session: Session, person_id: UUID) -> None:
    """Nobody signs in with the person's password any more."""
    session.connection().execute(_DISABLE, {"person": person_id})


def put(session: Session, person_id: UUID, password_hash: str, totp_sealed: bytes, step: int) -> None:
    """Password and TOTP secret of the person, in place of earlier ones; enabled, and used up to that step."""
    row = {"person": person_id, "hash": password_hash, "sealed": totp_sealed, "step": step}
    session.connection().execute(_PUT, row)


def _member(row: Row[Any]) -> StaffMember:
    return StaffMember(
        person_id=row.id,
        display_name=row.display_name,
        email=row.email,
        phone=row.phone,
        language=row.language,
        roles=frozenset(Role(role) for role in row.roles),
        since=row.since,
        seen_at=row.seen_at,
        disabled_at=row.disabled_at,
    )


# Authenticator apps show codes of the real time, from which the moved clock of an embedded run differs.
_LOGIN = text("""
    SELECT c.person_id, c.password_hash, c.totp_sealed, extract(epoch FROM now()) AS moment
    FROM (SELECT 1) AS one
    LEFT JOIN (person AS p JOIN staff_credential AS c ON c.person_id = p.id AND c.disabled_at IS NULL)
        ON p.email = :email
""")
_MEMBERS = text(f"""
    SELECT p.id, p.display_name, p.email, p.phone, p.language,
        ARRAY(SELECT role FROM person_role AS r WHERE r.person_id = p.id AND r.role IN ({STAFF_ROLES_SQL})) AS roles,
        coalesce(c.created_at, p.created_at) AS since, c.disabled_at,
        (SELECT max(seen_at) FROM sign_in_session AS s WHERE s.person_id = p.id) AS seen_at
    FROM person AS p LEFT JOIN staff_credential AS c ON c.person_id = p.id
    WHERE p.id IN (
        SELECT person_id FROM staff_credential
        UNION SELECT person_id FROM person_role WHERE role IN ({STAFF_ROLES_SQL})
    )
        AND (CAST(:after AS uuid) IS NULL OR p.id > :after) AND (CAST(:person AS uuid) IS NULL OR p.id = :person)
    ORDER BY p.id LIMIT :limit
""")  # noqa: S608  # names of roles alone are put in
_LOCK_OPERATORS = text("SELECT person_id FROM person_role WHERE role = 'operator' ORDER BY person_id FOR UPDATE")
# Read under those locks: whoever was waited for may have disabled a password.
_ABLE = text("""
    SELECT p.id FROM person AS p
    WHERE p.id = ANY(:people) AND (p.phone IS NOT NULL
        OR EXISTS (SELECT FROM staff_credential AS c WHERE c.person_id = p.id AND c.disabled_at IS NULL))
""")
_HAD_OPERATORS = text("""
    SELECT EXISTS (
        SELECT FROM person_role AS r JOIN person AS p ON p.id = r.person_id
        WHERE r.role = 'operator' AND (p.phone IS NOT NULL
            OR EXISTS (SELECT FROM staff_credential AS c WHERE c.person_id = p.id))
    )
""")
_USE = text("""
    UPDATE staff_credential SET totp_last_step = :step
    WHERE person_id = :person AND password_hash = :hash AND totp_last_step < :step AND disabled_at IS NULL
""")
_DISABLE = text("""
    UPDATE staff_credential SET disabled_at = agrimarket_now() WHERE person_id = :person AND disabled_at IS NULL
""")
_PUT = text("""
    INSERT INTO staff_credential (person_id, password_hash, totp_sealed, totp_last_step)
    VALUES (:person, :hash, :sealed, :step)
    ON CONFLICT (person_id) DO UPDATE SET
        password_hash = excluded.password_hash, totp_sealed = excluded.totp_sealed,
        totp_last_step = excluded.totp_last_step, disabled_at = NULL
""")
