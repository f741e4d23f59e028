"""Sign-in codes by SMS."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.types import Interval
from sqlmodel import Session

from agrimarket.accounts.errors import CodeExpired, CodeTooSoon, CodeWrong
from agrimarket.accounts.events import CodeRequested
from agrimarket.accounts.rules import CODE_DIGITS, CODE_LIFE, CODE_TRIES, RESEND_AFTER, normal_code, normal_phone
from agrimarket.accounts.service.people import person_with_phone
from agrimarket.kernel import outbox
from agrimarket.kernel.crypto import blind_index, decrypt, encrypt
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import new_id

_SEALED = "sign_in_code.code_sealed"


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code on its way. The code itself is only in the message."""

    id: UUID
    phone: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """What the message says, and to whom."""

    phone: str
    code: str
    language: str


def request_code(session: Session, phone: str, language: str) -> IssuedCode:
    """Make a code for `phone` and have it sent; it replaces the phone's earlier one.

    Does the same whether the phone is known or not. `PhoneUnreadable`; `CodeTooSoon` within a minute of the last.
    """
    number = normal_phone(phone)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = {
        "id": new_id(),
        "phone": number,
        "hash": _hash(number, code),
        "sealed": encrypt(code, context=_SEALED),
        "language": language,
        "life": CODE_LIFE,
        "pause": RESEND_AFTER,
    }
    made = session.connection().execute(_REQUEST, row).one_or_none()
    if made is None:
        raise CodeTooSoon(pointer="/phone", retry_after=int(RESEND_AFTER.total_seconds()))
    outbox.record(session, CodeRequested(code_id=made.id))
    return IssuedCode(made.id, number, made.expires_at)


def try_code(session: Session, phone: str, code: str) -> DomainError | None:
    """Count a try at `phone`'s code, and use the code up if it is right. Returns the refusal instead of raising it.

    Commit before the refusal is raised: a count that is rolled back would allow endless tries
    (`flows.confirm_phone` does so).
    """
    number = normal_phone(phone)
    row = {"phone": number, "hash": _hash(number, normal_code(code)), "tries": CODE_TRIES}
    tried = session.connection().execute(_TRY, row).one_or_none()
    if tried is None:
        return CodeExpired(pointer="/code")
    return None if tried.right else CodeWrong(pointer="/code", left=CODE_TRIES - tried.attempts)


def confirm_phone(session: Session, phone: str, code: str, language: str) -> UUID:
    """The person whose phone that is, made if new; `CodeWrong` or `CodeExpired`.

    Where an error rolls the transaction back, the try is not counted: entry points open to everybody use
    `flows.confirm_phone`.
    """
    refusal = try_code(session, phone, code)
    if refusal is not None:
        raise refusal
    return person_with_phone(session, phone, language)


def code_message(session: Session, code_id: UUID) -> CodeMessage | None:
    """What to send for a `CodeRequested`; None if the code was replaced, used, or is too old to be of use."""
    row = session.connection().execute(_MESSAGE, {"id": code_id}).one_or_none()
    if row is None:
        return None
    return CodeMessage(row.phone, decrypt(bytes(row.code_sealed), context=_SEALED), row.language)


def _hash(phone: str, code: str) -> bytes:
    return blind_index(f"{phone} {code}", context="sign_in_code.code_hash")


_REQUEST = text("""
    INSERT INTO sign_in_code (id, phone, code_hash, code_sealed, language, attempts, expires_at)
    VALUES (:id, :phone, :hash, :sealed, :language, 0, agrimarket_now() + :life)
    ON CONFLICT (phone) DO UPDATE SET
        id = excluded.id, code_hash = excluded.code_hash, code_sealed = excluded.code_sealed,
        language = excluded.language, attempts = 0, used_at = NULL,
        created_at = agrimarket_now(), expires_at = excluded.expires_at
    WHERE sign_in_code.created_at <= agrimarket_now() - :pause
    RETURNING id, expires_at
""").bindparams(bindparam("life", type_=Interval), bindparam("pause", type_=Interval))
_TRY = text("""
    UPDATE sign_in_code SET
        attempts = attempts + 1, used_at = CASE WHEN code_hash = :hash THEN agrimarket_now() END
    WHERE phone = :phone AND used_at IS NULL AND attempts < :tries AND expires_at > agrimarket_now()
    RETURNING used_at IS NOT NULL AS right, attempts
""")
_MESSAGE = text("""
    SELECT phone, code_sealed, language FROM sign_in_code
    WHERE id = :id AND used_at IS NULL AND expires_at > agrimarket_now()
""")
