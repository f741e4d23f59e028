"""Staff: operators and coaches, who sign in with a password and a one-time code (RFC 6238)."""

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from uuid import UUID

import pyotp
from sqlmodel import Session

from agrimarket.accounts.errors import EmailTaken, LastOperator, OperatorByPhone, PersonUnknown
from agrimarket.accounts.events import StaffDismissed
from agrimarket.accounts.passwords import hash_password, password_fits
from agrimarket.accounts.queries import people as people_queries
from agrimarket.accounts.queries import staff as queries
from agrimarket.accounts.rules import STAFF_IDLE, STAFF_LIFE, normal_code, normal_email, totp_step
from agrimarket.accounts.service import api_keys, audit, invitations, people, sign_in
from agrimarket.accounts.states import MAILBOX_ROLES, STAFF_ROLES
from agrimarket.accounts.types import Enrolment, StaffLogin, StaffMember
from agrimarket.kernel import outbox
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role, SignInNeeded
from agrimarket.kernel.resources import reference

_SEALED = "staff_credential.totp_sealed"
NOBODY = UUID(int=0)
"""Stands in the audit log for whoever was meant by an e-mail that nobody of staff has."""


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
    """Enrol a new member of staff, who is sent a link to set password and authenticator; `EmailTaken`. Audited.

    Nobody but them sees the link, not even who enrols them; except for the very first operator, whom the command line
    enrols while nobody could be cheated yet. The demo market gives a `password` and a `totp_secret` instead.
    This, and all that changes who is of staff, takes a sign-in: `SignInNeeded` for an API key, which would come to
    more than it was made for, and stay.
    """
    _require_sign_in(by)
    email = normal_email(email)
    person_id = people_queries.insert(session, new_id(), email, display_name, language)
    if person_id is None:
        raise EmailTaken(pointer="/email")
    first = by is None and not queries.had_operators(session)
    for role in roles:
        people.grant_role(session, person_id, role)
    audit.record(
        session, by, "staff.enrolled", reference("person", person_id), {"roles": sorted(role.value for role in roles)}
    )
    if password is not None and totp_secret is not None:
        queries.put(session, person_id, hash_password(password), encrypt(totp_secret, context=_SEALED), 0)
        return Enrolment(person_id, email)
    link = invitations.send(session, person_id)
    return Enrolment(person_id, email, link if first else None)


def members(session: Session, *, after: UUID | None = None, limit: int = 50) -> list[StaffMember]:
    """Everybody with a role of staff or a password, disabled ones too, in the order in which they came."""
    return queries.members(session, after, limit)


def member(session: Session, person_id: UUID) -> StaffMember:
    """One of `members`; `PersonUnknown` for anybody else."""
    one = queries.members(session, None, 1, person_id)
    if not one:
        raise PersonUnknown
    return one[0]


def with_email(session: Session, email: str) -> StaffMember:
    """The member of staff with that e-mail; `PersonUnknown`."""
    person_id = people_queries.with_email(session, normal_email(email))
    if person_id is None:
        raise PersonUnknown
    return member(session, person_id)


def reset(session: Session, by: Principal | None, person_id: UUID) -> Enrolment:
    """Send a link to set another password and authenticator; the old ones, every sign-in and API key end at once.

    It enables who was disabled; roles are given anew by `appoint`. `NotFound` for who has no mailbox. Audited.
    """
    _require_sign_in(by)
    person = member(session, person_id)
    if person.email is None:
        raise NotFound
    first = by is None and not queries.had_operators(session)
    _shut_out(session, person_id)
    link = invitations.send(session, person_id)
    audit.record(session, by, "staff.reset", reference("person", person_id), {})
    return Enrolment(person_id, person.email, link if first else None)


def _shut_out(session: Session, person_id: UUID) -> None:
    """End the person's password, sign-ins and keys."""
    queries.disable(session, person_id)
    sign_in.end_all(session, person_id)  # before the keys: `api_keys.create` asks for the sign-in under its lock
    api_keys.revoke_all(session, person_id)


def disable(session: Session, by: Principal | None, person_id: UUID, reason: str = "") -> StaffMember:
    """Take every role of staff from a person; sign-ins, password and API keys end at once. Returns who they are then.

    What they held of others' work is let go after the commit (`StaffDismissed`). `PersonUnknown` for who is not of
    staff; `LastOperator`. Twice does no harm. Audited.
    """
    _require_sign_in(by)
    person = member(session, person_id)
    if Role.OPERATOR in person.roles:
        _keep_an_operator(session, person_id)
    for role in person.roles:
        people.revoke_role(session, person_id, role)
    _shut_out(session, person_id)
    invitations.withdraw(session, person_id)
    if person.roles:
        outbox.record(session, StaffDismissed(person_id=person_id, roles=tuple(sorted(person.roles))))
    if person.roles or person.disabled_at is None:
        audit.record(session, by, "staff.disabled", reference("person", person_id), {"reason": reason})
    left = queries.members(session, None, 1, person_id)
    return left[0] if left else replace(person, roles=frozenset())  # who has no password is of staff no more


def _require_sign_in(by: Principal | None) -> None:
    if by is not None and by.session_id is None:
        raise SignInNeeded


def _keep_an_operator(session: Session, person_id: UUID) -> None:
    """`LastOperator` if nobody else who can sign in is one; two who dismiss each other at once wait here in turn."""
    if queries.lock_operators(session) == [person_id]:
        raise LastOperator


@cache
def _decoy() -> bytes:
    return encrypt(pyotp.random_base32(), context=_SEALED)


def login_of(session: Session, email: str) -> StaffLogin:
    """Login data of that e-mail, to check a sign-in against; for an unknown e-mail, data that no sign-in matches."""
    row = queries.login(session, normal_email(email))
    secret = decrypt(_decoy() if row.totp_sealed is None else bytes(row.totp_sealed), context=_SEALED)
    return StaffLogin(row.person_id, row.password_hash, secret, float(row.moment))


def check(login: StaffLogin, password: str, totp: str) -> int | None:
    """TOTP step if password and code are right, else None. Slow; call it outside transactions. `SignInBusy`."""
    fits = password_fits(password, login.password_hash)
    step = totp_step(login.totp_secret, normal_code(totp), login.moment)
    return step if fits else None


def admit(session: Session, login: StaffLogin, step: int | None, *, device: str = "") -> tuple[str, Principal] | None:
    """Open a session for a checked sign-in; None if it was wrong, or its step has been used. Audited.

    What is refused takes the same statements whether the e-mail is known or not.
    """
    if login.person_id is None or step is None or not queries.use_step(session, login, step):
        subject = reference("person", login.person_id or NOBODY)
        audit.record_as(session, None, "session.refused", subject, {"method": "password"})
        return None
    return sign_in.open_session(
        session, login.person_id, idle=STAFF_IDLE, life=STAFF_LIFE, device=device, method="password and TOTP"
    )


def appoint(session: Session, by: Principal | None, person_id: UUID, role: Role) -> None:
    """Give a person a role, as an operator; `PersonUnknown`, `OperatorByPhone`. Audited."""
    _require_sign_in(by)
    if people.contact(session, person_id).email is None and role in MAILBOX_ROLES:
        raise OperatorByPhone
    people.grant_role(session, person_id, role)
    audit.record(session, by, "role.granted", reference("person", person_id), {"role": role.value})


def set_roles(session: Session, by: Principal, person_id: UUID, wanted: Collection[Role]) -> None:
    """Give and take roles of staff until a person has those that are `wanted`; as `appoint` and `dismiss`.

    `PersonUnknown` for who is not of staff.
    """
    has = member(session, person_id).roles
    for role in STAFF_ROLES:
        if role in wanted and role not in has:
            appoint(session, by, person_id, role)
        elif role in has and role not in wanted:
            dismiss(session, by, person_id, role)


def dismiss(session: Session, by: Principal, person_id: UUID, role: Role) -> None:
    """Take a role from a person on an operator's word; `PersonUnknown`, `LastOperator`. Audited.

    What they held as that is let go after the commit (`StaffDismissed`).
    """
    _require_sign_in(by)
    people.contact(session, person_id)
    if role is Role.OPERATOR:
        _keep_an_operator(session, person_id)
    people.revoke_role(session, person_id, role)
    outbox.record(session, StaffDismissed(person_id=person_id, roles=(role,)))
    audit.record(session, by, "role.revoked", reference("person", person_id), {"role": role.value})
