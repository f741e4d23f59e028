"""SELECTs of the credentials of staff."""

from typing import Any

from sqlalchemy import Row, text
from sqlmodel import Session


def login(session: Session, email: str) -> Row[Any]:
    """Person, password hash and sealed TOTP secret for that e-mail, all None if it is unknown; and the real time."""
    return session.connection().execute(_LOGIN, {"email": email}).one()


# Authenticator apps show codes of the real time, from which the moved clock of an embedded run differs.
_LOGIN = text("""
    SELECT c.person_id, c.password_hash, c.totp_sealed, extract(epoch FROM now()) AS moment
    FROM (SELECT 1) AS one
    LEFT JOIN (person AS p JOIN staff_credential AS c ON c.person_id = p.id) ON p.email = :email
""")
