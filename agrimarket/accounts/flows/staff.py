"""Sign-in of staff. The slow check of the password runs between two transactions, and a refusal is audited."""

from agrimarket.accounts.errors import SignInRefused
from agrimarket.accounts.service import sign_in, staff
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal


def with_password(
    db: Database, email: str, password: str, totp: str, *, device: str = "", replaces: str | None = None
) -> tuple[str, Principal]:
    """A new session by e-mail, password and TOTP, which ends that of the token `replaces`.

    `SignInRefused`, `SignInBusy`. An unknown e-mail takes as long as a wrong password, and has the same answer.
    """
    with db.reading() as session:
        login = staff.login_of(session, email)
    step = staff.check(login, password, totp)
    with db.transaction() as session:
        admitted = staff.admit(session, login, step, device=device)
        if admitted is not None:
            sign_in.sign_out(session, replaces or "")
            return admitted
    raise SignInRefused
