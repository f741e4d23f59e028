"""Sign-in. What must outlive a refusal (a counted try, an audit entry) commits before the refusal is raised."""

from uuid import UUID

from agrimarket.accounts.errors import SignInRefused
from agrimarket.accounts.service import people, sign_in, staff
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal


def confirm_phone(db: Database, phone: str, code: str, language: str) -> UUID:
    """The person whose phone that is, made if new. `PhoneUnreadable`, `CodeWrong`, `CodeExpired`."""
    with db.transaction() as session:
        refusal = sign_in.try_code(session, phone, code)
        person_id = None if refusal else people.with_phone(session, phone, language)
    if person_id is None:
        raise refusal or SignInRefused
    return person_id


def sign_in_with_code(
    db: Database, phone: str, code: str, language: str, *, device: str = "", replaces: str | None = None
) -> tuple[str, Principal]:
    """A new session by phone and code, which ends the one of the token `replaces`; errors as `confirm_phone`'s."""
    with db.transaction() as session:
        refusal = sign_in.try_code(session, phone, code)
        opened = None
        if refusal is None:
            person_id = people.with_phone(session, phone, language)
            opened = sign_in.open_session(session, person_id, device=device)
            sign_in.sign_out(session, replaces or "")
    if opened is None:
        raise refusal or SignInRefused
    return opened


def sign_in_staff(
    db: Database, email: str, password: str, totp: str, *, device: str = "", replaces: str | None = None
) -> tuple[str, Principal]:
    """A new session by e-mail, password and TOTP, which ends the one of `replaces`. `SignInRefused`, `SignInBusy`.

    An unknown e-mail takes as long as a wrong password, and is answered alike.
    """
    with db.reading() as session:
        login = staff.login_of(session, email)
    step = staff.check(login, password, totp)
    with db.transaction() as session:
        admitted = staff.admit(session, login, step, device=device)
        if admitted is not None:
            sign_in.sign_out(session, replaces or "")
    if admitted is None:
        raise SignInRefused
    return admitted
