"""Acceptance of an invitation. The slow hashing of the password runs between two transactions."""

from agrimarket.accounts.errors import AuthenticatorCodeWrong, PasswordGuessable, PasswordTooShort
from agrimarket.accounts.passwords import hash_password
from agrimarket.accounts.rules import PASSWORD_LENGTH, STAFF_IDLE, STAFF_LIFE, is_easily_guessed, normal_code, totp_step
from agrimarket.accounts.service import invitations, sign_in
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal


def accept(
    db: Database, token: str, password: str, totp: str, *, device: str = "", replaces: str | None = None
) -> tuple[str, Principal]:
    """Set password and authenticator by the link, once, and sign in; ends every earlier sign-in, and `replaces`.

    `InvitationOver`; `PasswordTooShort`, `PasswordGuessable`; `AuthenticatorCodeWrong` unless the app shows the
    secret's code by now.
    """
    with db.reading() as session:
        invitation = invitations.read(session, token)
    if len(password) < PASSWORD_LENGTH:
        raise PasswordTooShort(pointer="/password", length=PASSWORD_LENGTH)
    if is_easily_guessed(password, invitation.email):
        raise PasswordGuessable(pointer="/password")
    step = totp_step(invitation.totp_secret, normal_code(totp), invitation.moment)
    if step is None:
        raise AuthenticatorCodeWrong(pointer="/totp")
    hashed = hash_password(password)
    with db.transaction() as session:
        invitations.accept(session, token, invitation, hashed, step)
        sign_in.end_all(session, invitation.person_id)
        sign_in.sign_out(session, replaces or "")
        return sign_in.open_session(
            session, invitation.person_id, idle=STAFF_IDLE, life=STAFF_LIFE, device=device, method="invitation"
        )
