"""What goes in and out of `accounts` over HTTP."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from agrimarket.accounts.rules import CODE_DIGITS, RESEND_AFTER, masked_phone, phone_field
from agrimarket.accounts.states import BuyerKind, SellerKind, Standing
from agrimarket.accounts.types import AuditLine, BuyerInfo, IssuedCode, KeyInfo, Profile, SessionInfo
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.i18n import LANGUAGES
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import ApiKeyId, AuditEntryId, BuyerId, PersonId, SellerId, SessionId
from agrimarket.kernel.wire import In, Instant, MoneyOut, Out, RegionCode, Text

Phone = Annotated[
    str, StringConstraints(max_length=40), AfterValidator(phone_field), Field(examples=["+8613800000001"])
]
"""A mobile number; without a country code it is mainland China's. E.164 once read."""
Code = Annotated[str, StringConstraints(pattern=rf"^\d{{{CODE_DIGITS}}}$"), Field(examples=["482913"])]
Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254), Field(examples=["chen@example.org"])
]
Language = Annotated[str, StringConstraints(pattern="^(" + "|".join(LANGUAGES) + ")$"), Field(examples=["zh-Hans"])]


class CodeRequestIn(In):
    """The phone that a code is to be sent to."""

    phone: Phone


class CodeRequestOut(Out):
    """A code is on its way; another can be asked for after `resend_after` seconds."""

    phone: Annotated[str, Field(examples=["+86138****0001"])]
    expires_at: Instant
    resend_after: Annotated[int, Field(examples=[60])]

    @classmethod
    def of(cls, code: IssuedCode) -> "CodeRequestOut":
        """From the service's."""
        pause = int(RESEND_AFTER.total_seconds())
        return cls(phone=masked_phone(code.phone), expires_at=code.expires_at, resend_after=pause)


class SignInIn(In):
    """Either `phone` and `code`, or `email`, `password` and `totp` (staff)."""

    phone: Phone | None = None
    code: Code | None = None
    email: Annotated[str, StringConstraints(max_length=254), Field(examples=["chen@example.org"])] | None = None
    password: Annotated[str, StringConstraints(max_length=200, strip_whitespace=False)] | None = None
    totp: Code | None = None

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
    roles: Annotated[list[Role], Field(examples=[["buyer"]])]

    @classmethod
    def of(cls, token: str, who: Principal) -> "TokenOut":
        """From the service's."""
        return cls(token=token, session_id=who.session_id, person_id=who.person_id, roles=sorted(who.roles))


class SessionOut(Out):
    """One of the caller's sign-ins."""

    id: SessionId
    device: Annotated[str, Field(examples=["Mozilla/5.0 (Linux; Android 9)"])]
    current: bool
    created_at: Instant
    seen_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, info: SessionInfo, current: Any) -> "SessionOut":
        """From the service's; `current` is the id of the caller's own session."""
        return cls(
            id=info.id,
            device=info.device,
            current=info.id == current,
            created_at=info.created_at,
            seen_at=info.seen_at,
            expires_at=info.expires_at,
        )


class SellerOut(Out):
    """A seller account, for its owner. `exposure_limit` caps what a limited seller may have on sale."""

    id: SellerId
    kind: SellerKind
    display_name: Annotated[str, Field(examples=["李家果园"])]
    region_code: Annotated[str, Field(examples=["420525"])]
    standing: Standing
    exposure_limit: MoneyOut | None


class BuyerIn(In):
    """Who buys, what they are called, and where they are."""

    kind: BuyerKind
    display_name: Annotated[Text, Field(examples=["幸福里小区团购"])]
    region_code: Annotated[RegionCode, Field(examples=["420106"])]


class BuyerOut(Out):
    """A buyer account."""

    id: BuyerId
    kind: BuyerKind
    display_name: Annotated[str, Field(examples=["幸福里小区团购"])]
    region_code: Annotated[str, Field(examples=["420106"])]

    @classmethod
    def of(cls, info: BuyerInfo) -> "BuyerOut":
        """From the service's."""
        return cls(id=info.id, kind=info.kind, display_name=info.display_name, region_code=info.region_code)


class MeIn(In):
    """What of oneself to change."""

    display_name: Text | None = None
    language: Language | None = None


class MeOut(Out):
    """The caller."""

    id: PersonId
    display_name: str
    phone: Annotated[str | None, Field(examples=["+8613800000001"])]
    email: str | None
    language: Language
    roles: list[Role]
    seller: SellerOut | None
    buyer: BuyerOut | None

    @classmethod
    def of(cls, profile: Profile) -> "MeOut":
        """From the service's."""
        seller, buyer, contact = profile.seller, profile.buyer, profile.contact
        return cls(
            id=profile.person_id,
            display_name=contact.display_name,
            phone=contact.phone,
            email=contact.email,
            language=contact.language,
            roles=sorted(profile.roles),
            seller=None
            if seller is None
            else SellerOut(
                id=seller.id,
                kind=seller.kind,
                display_name=seller.display_name,
                region_code=seller.region_code,
                standing=seller.standing,
                exposure_limit=None if seller.exposure_limit is None else MoneyOut.of(seller.exposure_limit),
            ),
            buyer=None if buyer is None else BuyerOut.of(buyer),
        )


class KeyIn(In):
    """A name to know the key by, and which of one's own roles it is to have."""

    name: Annotated[Text, Field(examples=["village form"])]
    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["integrator"]])]


class KeyOut(Out):
    """An API key, without the key. `hint` is how it begins."""

    id: ApiKeyId
    name: Annotated[str, Field(examples=["village form"])]
    hint: Annotated[str, Field(examples=["agm_q8Zr2v"])]
    roles: list[Role]
    created_at: Instant
    used_at: Instant | None
    revoked_at: Instant | None

    @classmethod
    def of(cls, info: KeyInfo) -> "KeyOut":
        """From the service's."""
        return cls(
            id=info.id,
            name=info.name,
            hint=info.hint,
            roles=sorted(info.roles),
            created_at=info.created_at,
            used_at=info.used_at,
            revoked_at=info.revoked_at,
        )


class NewKeyOut(Out):
    """A new API key. `key` is shown only here."""

    key: Annotated[str, Field(examples=["agm_…"])]
    api_key: KeyOut


class StaffIn(In):
    """A new member of staff."""

    email: Email
    display_name: Text
    language: Language
    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role), examples=[["coach"]])]


class StaffOut(Out):
    """What the new member of staff needs to sign in; shown only here. `totp_uri` goes into an authenticator app."""

    person_id: PersonId
    password: str
    totp_uri: str


class AuditOut(Out):
    """Who did what to what."""

    id: AuditEntryId
    at: Instant
    person_id: PersonId | None
    action: Annotated[str, Field(examples=["application.approved"])]
    subject: Annotated[str, Field(examples=["app_01m8504b7ye8nbqetv75q9crjn"])]
    details: dict[str, Any]
    request_id: str | None

    @classmethod
    def of(cls, line: AuditLine) -> "AuditOut":
        """From the service's."""
        return cls(
            id=line.id,
            at=line.at,
            person_id=line.person_id,
            action=line.action,
            subject=line.subject,
            details=line.details,
            request_id=line.request_id,
        )
