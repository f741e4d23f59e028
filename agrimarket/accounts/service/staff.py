"""Staff: operators and coaches, who sign in with a password and a one-time code (RFC 6238)."""

import secrets
from collections.abc import Collection
from uuid import UUID

import pyotp
from pyotp.totp import TOTP
from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.errors import EmailTaken
from agrimarket.accounts.models import StaffCredential
from agrimarket.accounts.passwords import hash_password, password_fits
from agrimarket.accounts.queries import staff as queries
from agrimarket.accounts.rules import STAFF_IDLE, STAFF_LIFE, normal_code, totp_step
from agrimarket.accounts.service import audit, people, sign_in
from agrimarket.accounts.types import Enrolment, StaffLogin
from agrimarket.kernel import ids
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role

_SEALED = "staff_credential.totp_sealed"


def enrol(
    session: Session,
    email: str,
    display_name: str,
    language: str,
    roles: Collection[Role],
    *,
    by: Principal | None = None,
    password: str | None = None,
    totp_secret: str | None = None,
) -> Enrolment:
    """Enrol a new member of staff; `EmailTaken`. Password and secret are random unless given. Audited."""
    password = password or secrets.token_urlsafe(15)
    totp_secret = totp_secret or pyotp.random_base32()
    email = email.strip().lower()
    row = {"id": new_id(), "email": email, "name": display_name, "language": language}
    person_id: UUID | None = session.connection().execute(_PERSON, row).scalar_one_or_none()
    if person_id is None:
        raise EmailTaken(pointer="/email")
    sealed = encrypt(totp_secret, context=_SEALED)
    session.add(StaffCredential(person_id=person_id, password_hash=hash_password(password), totp_sealed=sealed))
    session.flush()  # later statements of this transaction are plain SQL
    for role in roles:
        people.grant_role(session, person_id, role)
    audit.record(
        session, by, "staff.enrolled", ids.encode("per", person_id), {"roles": sorted(role.value for role in roles)}
    )
    uri = TOTP(totp_secret).provisioning_uri(name=email, issuer_name="agrimarket")
    return Enrolment(person_id, password, totp_secret, uri)


def login_of(session: Session, email: str) -> StaffLogin:
    """Login data of that e-mail, to check a sign-in against; for an unknown e-mail, data that no sign-in matches."""
    row = queries.login(session, email.strip().lower())
    secret = pyotp.random_base32() if row.totp_sealed is None else decrypt(bytes(row.totp_sealed), context=_SEALED)
    return StaffLogin(row.person_id, row.password_hash, secret, float(row.moment))


def check(login: StaffLogin, password: str, totp: str) -> int | None:
    """TOTP step if password and code are right, else None. Slow; call it outside transactions. `SignInBusy`."""
    fits = password_fits(password, login.password_hash)
    step = totp_step(login.totp_secret, normal_code(totp), login.moment)
    return step if fits else None


def admit(session: Session, login: StaffLogin, step: int | None, *, device: str = "") -> tuple[str, Principal] | None:
    """Open a session for a checked sign-in; None if it was wrong, or its step has been used. Audited."""
    if login.person_id is None:
        return None
    used = {"person": login.person_id, "step": step}
    if step is None or not session.connection().execute(_USE, used).rowcount:
        audit.record_as(session, None, "session.refused", ids.encode("per", login.person_id), {"method": "password"})
        return None
    return sign_in.open_session(
        session, login.person_id, idle=STAFF_IDLE, life=STAFF_LIFE, device=device, method="password and TOTP"
    )


def appoint(session: Session, by: Principal, person_id: UUID, role: Role) -> None:
    """Give a person a role, as an operator; `PersonUnknown`. Audited."""
    people.contact(session, person_id)
    people.grant_role(session, person_id, role)
    audit.record(session, by, "role.granted", ids.encode("per", person_id), {"role": role.value})


def dismiss(session: Session, by: Principal, person_id: UUID, role: Role) -> None:
    """Take a role from a person, as an operator; `PersonUnknown`. Audited."""
    people.contact(session, person_id)
    people.revoke_role(session, person_id, role)
    audit.record(session, by, "role.revoked", ids.encode("per", person_id), {"role": role.value})


_PERSON = text("""
    INSERT INTO person (id, email, display_name, language) VALUES (:id, :email, :name, :language)
    ON CONFLICT (email) DO NOTHING RETURNING id
""")
_USE = text("UPDATE staff_credential SET totp_last_step = :step WHERE person_id = :person AND totp_last_step < :step")
