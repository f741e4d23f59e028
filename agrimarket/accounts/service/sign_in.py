"""Sign-in: codes by SMS, sessions and their tokens."""

import secrets
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import CodeExpired, CodeTooSoon, CodeWrong, SignInByMailbox, SignInWithoutMailbox
from agrimarket.accounts.events import CodeRequested
from agrimarket.accounts.queries import sign_in as queries
from agrimarket.accounts.rules import (
    CODE_DIGITS,
    CODE_LIFE,
    CODE_TRIES,
    LONG_CODE_DIGITS,
    PHONE_IDLE,
    PHONE_LIFE,
    RESEND_AFTER,
    normal_code,
    normal_phone,
)
from agrimarket.accounts.service import audit, people
from agrimarket.accounts.states import MAILBOX_ROLES
from agrimarket.accounts.types import CodeMessage, IssuedCode, SessionInfo
from agrimarket.drive import drive
from agrimarket.kernel import outbox
from agrimarket.kernel.crypto import blind_index, decrypt, encrypt, new_token, token_hash
from agrimarket.kernel.errors import DomainError, NotFound, Unauthenticated
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import KEY_PREFIX, Grower, Principal, Role, Scope
from agrimarket.kernel.resources import reference

_SEALED = "sign_in_code.code_sealed"


def request_code(session: Session, phone: str, language: str, *, stormed: bool = False) -> IssuedCode:
    """Make a code for `phone` and have it sent; it replaces the phone's earlier one.

    Known and unknown phones are treated alike. `PhoneUnreadable`; `CodeTooSoon` within a minute of the last.
    `stormed`: more codes of that phone are asked for than its owner can need. Then, and after wrong tries used a code
    up, codes are long, so that no stranger's tries can use them up; while it is stormed, one comes when the last has
    ended. Whoever reads the phone's messages can always sign in with the newest of them.
    """
    number = normal_phone(phone)
    long = stormed or queries.burnt(session, number)
    digits, pause = LONG_CODE_DIGITS if long else CODE_DIGITS, CODE_LIFE if stormed else RESEND_AFTER
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    sealed = encrypt(code, context=_SEALED)
    made = queries.replace_code(
        session, new_id(), number, _hash(number, code), sealed, language, long=long, pause=pause
    )
    if made is None:
        raise CodeTooSoon(pointer="/phone", retry_after=int(pause.total_seconds()))
    outbox.record(session, CodeRequested(code_id=made.id))
    return IssuedCode(made.id, number, made.expires_at)


def try_code(session: Session, phone: str, code: str) -> DomainError | None:
    """Count a try at the code of `phone`, and use the code up if it is right. Returns a refusal instead of raising it.

    Commit before you raise the refusal, as `flows.sign_in` does: a count that is rolled back would allow endless
    tries.
    """
    number = normal_phone(phone)
    tried = queries.try_code(session, number, _hash(number, normal_code(code)))
    if tried is None:
        return CodeExpired(pointer="/code")
    if tried.right:
        return None
    return CodeWrong(pointer="/code", left=CODE_TRIES if tried.long else CODE_TRIES - tried.attempts)


def code_message(session: Session, code_id: UUID) -> CodeMessage | None:
    """Message for a `CodeRequested`; None if the code was replaced or used, or is too old."""
    row = queries.code(session, code_id)
    if row is None:
        return None
    return CodeMessage(row.phone, decrypt(bytes(row.code_sealed), context=_SEALED), row.language)


def authenticate(session: Session, token: str, grower: UUID | None = None) -> Principal | None:
    """Bearer of a token, which is a session's or an API key; None if it is unknown or has ended. One statement.

    They sell for the seller `grower`, or (None) for the one chosen in the session, while that seller's mandate stands.
    Notes, at most once every `SEEN_EVERY`, that the token was used.
    """
    bearer = queries.bearer_of_key if token.startswith(KEY_PREFIX) else queries.bearer_of_session
    row = bearer(session, token_hash(token), grower)
    if row is None:
        return None
    roles = frozenset(Role(role) for role in row.roles)
    scopes = None if row.scopes is None else frozenset(Scope(scope) for scope in row.scopes)
    sells_for = None if row.grower_id is None else Grower(row.grower_id, row.grower_name)
    owned = (row.session_id, row.seller_id, row.buyer_id)
    return Principal(row.person_id, roles, row.language, *owned, scopes, sells_for)


def open_session(
    session: Session,
    person_id: UUID,
    *,
    idle: timedelta = PHONE_IDLE,
    life: timedelta = PHONE_LIFE,
    device: str = "",
    method: str = "code",
) -> tuple[str, Principal]:
    """Sign a person in; the new token is returned here and never again. Audited."""
    token, session_id = new_token(), new_id()
    queries.insert(session, session_id, person_id, token_hash(token), device[:200], idle, life)
    audit.record_as(session, person_id, "session.opened", reference("session", session_id), {"method": method})
    principal = authenticate(session, token)
    if principal is None:  # the row was written above, in this transaction
        raise Unauthenticated
    return token, principal


def open_by_code(session: Session, person_id: UUID, *, device: str = "") -> tuple[str, Principal]:
    """`open_session` for who proved their telephone by a code.

    `SignInByMailbox` for `MAILBOX_ROLES`; `SignInWithoutMailbox` for those of them who have no mailbox here.
    """
    token, principal = open_session(session, person_id, device=device)
    if any(principal.has(role) for role in MAILBOX_ROLES):
        if people.contact(session, person_id).email is None:
            raise SignInWithoutMailbox(pointer="/phone", telephone=drive().contact.telephone)
        raise SignInByMailbox(pointer="/phone")
    return token, principal


def sign_out(session: Session, token: str) -> None:
    """End the session of that token, if there is one."""
    queries.sign_out(session, token_hash(token))


def sessions_of(session: Session, person_id: UUID) -> list[SessionInfo]:
    """A person's live sessions, newest first."""
    return queries.sessions_of(session, person_id)


def end_session(session: Session, person_id: UUID, session_id: UUID) -> None:
    """End one of a person's sessions; `NotFound` if it is not theirs or is over."""
    if not queries.end(session, person_id, session_id):
        raise NotFound
    audit.record_as(session, person_id, "session.ended", reference("session", session_id), {})


def end_all(session: Session, person_id: UUID) -> None:
    """End every sign-in of a person at once."""
    queries.end_all(session, person_id)


def tidy(session: Session) -> int:
    """Delete sessions that ended a month ago and codes that ended a day ago; returns how many rows."""
    return queries.tidy(session)


def _hash(phone: str, code: str) -> bytes:
    return blind_index(f"{phone} {code}", context="sign_in_code.code_hash")
