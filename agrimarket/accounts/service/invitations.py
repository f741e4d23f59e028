"""Invitations: the link by which a member of staff sets password and authenticator, and which goes to them alone."""

from uuid import UUID

import pyotp
from pyotp.totp import TOTP
from sqlmodel import Session

from agrimarket.accounts.errors import InvitationOver
from agrimarket.accounts.events import StaffInvited
from agrimarket.accounts.queries import invitations as queries
from agrimarket.accounts.queries import staff as staff_queries
from agrimarket.accounts.rules import INVITATION_LIFE
from agrimarket.accounts.service import audit
from agrimarket.accounts.types import Invitation, InvitationMessage
from agrimarket.drive import drive
from agrimarket.kernel import outbox
from agrimarket.kernel.crypto import decrypt, encrypt, new_token, token_hash
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.resources import reference
from agrimarket.settings import get_settings

PATH = "/sign-in/staff/invitation"
_LINK = "staff_invitation.token_sealed"
_TOTP = "staff_credential.totp_sealed"
"""The secret is sealed as that of a credential, which it becomes."""


def send(session: Session, person_id: UUID) -> str:
    """Have a link sent to the person's own mailbox; it replaces an earlier one, ends after `INVITATION_LIFE`.

    Returns the link, for the one case in which there is nobody yet who could be cheated (`staff.enrol`).
    """
    token, invitation_id = new_token(), new_id()
    sealed, totp = encrypt(token, context=_LINK), encrypt(pyotp.random_base32(), context=_TOTP)
    queries.put(session, invitation_id, person_id, token_hash(token), sealed, totp, INVITATION_LIFE)
    outbox.record(session, StaffInvited(invitation_id=invitation_id, person_id=person_id))
    return link(token)


def link(token: str) -> str:
    """Address of the page of that invitation, on the drive's own host whatever a request calls it."""
    return f"{get_settings().base_url}{PATH}?token={token}"


def message(session: Session, invitation_id: UUID) -> InvitationMessage | None:
    """Message for a `StaffInvited`; None if the link was used or replaced, or is too old."""
    row = queries.message(session, invitation_id)
    if row is None:
        return None
    token = decrypt(bytes(row.token_sealed), context=_LINK)
    return InvitationMessage(row.email, link(token), row.language, row.expires_at)


def read(session: Session, token: str) -> Invitation:
    """What the bearer of a link sees; reading it uses nothing up. `InvitationOver`."""
    row = queries.one(session, token_hash(token))
    if row is None:
        raise InvitationOver
    secret = decrypt(bytes(row.totp_sealed), context=_TOTP)
    uri = TOTP(secret).provisioning_uri(name=row.email, issuer_name=drive().name.in_(row.language))
    return Invitation(row.person_id, row.email, secret, uri, float(row.moment))


def withdraw(session: Session, person_id: UUID) -> None:
    """End the person's link, if there is one."""
    queries.withdraw(session, person_id)


def tidy(session: Session) -> int:
    """Delete links that have ended; returns how many."""
    return queries.tidy(session)


def accept(session: Session, token: str, invitation: Invitation, password_hash: str, step: int) -> None:
    """Use the link up: the password and the authenticator secret count from now on, the code of `step` no more.

    `InvitationOver` if it was used, replaced or withdrawn since it was read. Audited.
    """
    if queries.use(session, token_hash(token)) != invitation.person_id:
        raise InvitationOver
    sealed = encrypt(invitation.totp_secret, context=_TOTP)
    staff_queries.put(session, invitation.person_id, password_hash, sealed, step)
    subject = reference("person", invitation.person_id)
    audit.record_as(session, invitation.person_id, "staff.invitation_accepted", subject, {})
