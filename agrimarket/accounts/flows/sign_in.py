"""Sign-in by phone and code. A try is counted and committed before its refusal is raised, so that it stays counted."""

from uuid import UUID

from agrimarket.accounts.service import people, sign_in
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal


def confirm_phone(db: Database, phone: str, code: str, language: str) -> UUID:
    """Id of the person with that phone, who is made if new. `PhoneUnreadable`, `CodeWrong`, `CodeExpired`."""
    with db.transaction() as session:
        refusal = sign_in.try_code(session, phone, code)
        if refusal is None:
            return people.with_phone(session, phone, language)
    raise refusal


def with_code(
    db: Database, phone: str, code: str, language: str, *, device: str = "", replaces: str | None = None
) -> tuple[str, Principal]:
    """A new session by phone and code, which ends that of the token `replaces`.

    Errors as in `confirm_phone`; `SignInByMailbox` or `SignInWithoutMailbox` for operators and coaches.
    """
    with db.transaction() as session:
        refusal = sign_in.try_code(session, phone, code)
        if refusal is None:
            person_id = people.with_phone(session, phone, language)
            opened = sign_in.open_by_code(session, person_id, device=device)
            sign_in.sign_out(session, replaces or "")
            return opened
    raise refusal
