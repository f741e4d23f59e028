"""SELECTs, locks and writes of invitations."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session


def put(
    session: Session,
    invitation_id: UUID,
    person_id: UUID,
    token_hash: bytes,
    sealed: bytes,
    totp: bytes,
    life: timedelta,
) -> None:
    """Insert an invitation, in place of the person's earlier one."""
    row = {"id": invitation_id, "person": person_id, "hash": token_hash, "sealed": sealed, "totp": totp, "life": life}
    session.connection().execute(_PUT, row)


def message(session: Session, invitation_id: UUID) -> Row[Any] | None:
    """E-mail, language, sealed token and end of an invitation; None if it was used or replaced, or is too old."""
    return session.connection().execute(_MESSAGE, {"id": invitation_id}).one_or_none()


def one(session: Session, token_hash: bytes) -> Row[Any] | None:
    """Person, e-mail, language, sealed TOTP secret and the real time; None unless the invitation can be used."""
    return session.connection().execute(_ONE, {"hash": token_hash}).one_or_none()


def use(session: Session, token_hash: bytes) -> UUID | None:
    """Delete an invitation that can be used; its person, or None if there is none. Of two at once, one gets it."""
    return session.connection().execute(_USE, {"hash": token_hash}).scalar_one_or_none()


def withdraw(session: Session, person_id: UUID) -> None:
    """Delete the person's invitation."""
    session.connection().execute(_WITHDRAW, {"person": person_id})


def tidy(session: Session) -> int:
    """Delete invitations that have ended; returns how many."""
    return session.connection().execute(_TIDY).rowcount


_PUT = text("""
    INSERT INTO staff_invitation (id, person_id, token_hash, token_sealed, totp_sealed, expires_at)
    VALUES (:id, :person, :hash, :sealed, :totp, agrimarket_now() + :life)
    ON CONFLICT (person_id) DO UPDATE SET
        id = excluded.id, token_hash = excluded.token_hash, token_sealed = excluded.token_sealed,
        totp_sealed = excluded.totp_sealed, created_at = agrimarket_now(), expires_at = excluded.expires_at
""").bindparams(bindparam("life", type_=Interval))
_MESSAGE = text("""
    SELECT p.email, p.language, i.token_sealed, i.expires_at
    FROM staff_invitation AS i JOIN person AS p ON p.id = i.person_id
    WHERE i.id = :id AND i.expires_at > agrimarket_now()
""")
# As for a sign-in, authenticator apps show codes of the real time.
_ONE = text("""
    SELECT p.id AS person_id, p.email, p.language, i.totp_sealed, extract(epoch FROM now()) AS moment
    FROM staff_invitation AS i JOIN person AS p ON p.id = i.person_id
    WHERE i.token_hash = :hash AND i.expires_at > agrimarket_now()
""")
_USE = text("""
    DELETE FROM staff_invitation WHERE token_hash = :hash AND expires_at > agrimarket_now() RETURNING person_id
""")
_WITHDRAW = text("DELETE FROM staff_invitation WHERE person_id = :person")
_TIDY = text("DELETE FROM staff_invitation WHERE expires_at < agrimarket_now()")
