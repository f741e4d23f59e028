"""Schemas of sign-in."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from agrimarket.accounts.rules import CODE_DIGITS, LONG_CODE_DIGITS, RESEND_AFTER, TOTP_DIGITS, masked_phone
from agrimarket.accounts.types import IssuedCode, SessionInfo
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PersonId, SessionId
from agrimarket.kernel.wire import Count, In, Instant, Mobile, Out, Typed
from agrimarket.typed import identifiers

Code = Annotated[
    str,
    StringConstraints(
        pattern=rf"^[0-9]{{{CODE_DIGITS}}}([0-9]{{{LONG_CODE_DIGITS - CODE_DIGITS}}})?$", max_length=LONG_CODE_DIGITS
    ),
    Typed(identifiers.identifier),
    Field(examples=["482913"]),
]
"""A code from a message, without the spaces of a long one."""
Totp = Annotated[
    str,
    StringConstraints(pattern=rf"^[0-9]{{{TOTP_DIGITS}}}$", max_length=TOTP_DIGITS),
    Typed(identifiers.identifier),
    Field(examples=["482913"]),
]
Mailbox = Annotated[
    str, StringConstraints(max_length=254), Typed(identifiers.email), Field(examples=["chen@example.org"])
]


class CodeRequestIn(In):
    """Phone to send a code to."""

    phone: Mobile


class CodeRequestOut(Out):
    """A code is on its way; another one can be requested after `resend_after` seconds."""

    phone: Annotated[str, Field(examples=["+86138****0001"])]
    expires_at: Instant
    resend_after: Annotated[Count, Field(description="Seconds.", examples=[60])]

    @classmethod
    def of(cls, code: IssuedCode) -> "CodeRequestOut":
        """The request as it is on the wire."""
        pause = int(RESEND_AFTER.total_seconds())
        return cls(phone=masked_phone(code.phone), expires_at=code.expires_at, resend_after=pause)


class SignInIn(In):
    """Credentials: either `phone` and `code`, or `email`, `password` and `totp` (staff)."""

    phone: Mobile | None = None
    code: Code | None = None
    email: Mailbox | None = None
    password: Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)] | None = None
    totp: Totp | None = None

    @model_validator(mode="after")
    def _complete(self) -> "SignInIn":
        wanted = ("email", "password", "totp") if self.email is not None else ("phone", "code")
        missing: list[tuple[str, str, dict[str, Any]]] = [
            (f"/{name}", "missing", {}) for name in wanted if getattr(self, name) is None
        ]
        mixed: list[tuple[str, str, dict[str, Any]]] = [
            (f"/{name}", "extra_forbidden", {}) for name in self.model_fields_set if name not in wanted
        ]
        if missing or mixed:
            raise InvalidFields(missing + sorted(mixed))
        return self


class TokenOut(Out):
    """A new sign-in. `token` goes into `Authorization: Bearer`; it is shown only here."""

    token: str
    session_id: SessionId | None
    person_id: PersonId
    roles: Annotated[list[Role], Field(max_length=len(Role), examples=[["buyer"]])]

    @classmethod
    def of(cls, token: str, who: Principal) -> "TokenOut":
        """The new sign-in as it is on the wire."""
        return cls(token=token, session_id=who.session_id, person_id=who.person_id, roles=sorted(who.roles))


class SessionOut(Out):
    """A sign-in of the caller."""

    id: SessionId
    device: Annotated[str, Field(max_length=200, examples=["Mozilla/5.0 (Linux; Android 9)"])]
    current: bool
    created_at: Instant
    seen_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, info: SessionInfo, current: Any) -> "SessionOut":
        """The session as it is on the wire; `current` is the id of the caller's own session."""
        return cls(
            id=info.id,
            device=info.device,
            current=info.id == current,
            created_at=info.created_at,
            seen_at=info.seen_at,
            expires_at=info.expires_at,
        )
