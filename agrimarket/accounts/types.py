"""Values that the services of `accounts` return."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agrimarket.accounts.states import BuyerKind, SellerKind, Standing
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Role, Scope


@dataclass(frozen=True, slots=True)
class Contact:
    """Phone, e-mail and language of a person."""

    phone: str | None
    email: str | None
    language: str
    display_name: str


@dataclass(frozen=True, slots=True)
class SellerInfo:
    """A seller as other packages see it."""

    id: UUID
    person_id: UUID
    kind: SellerKind
    display_name: str
    region_code: str
    standing: Standing
    exposure_limit: Money | None
    since: datetime


@dataclass(frozen=True, slots=True)
class BuyerInfo:
    """A buyer as other packages see it."""

    id: UUID
    person_id: UUID
    kind: BuyerKind
    display_name: str
    region_code: str


@dataclass(frozen=True, slots=True)
class MandateInfo:
    """A mandate, with the names of both. `seller_id` is the grower's account, None until it is approved."""

    id: UUID
    grower_id: UUID
    seller_id: UUID | None
    grower: str
    agent_id: UUID
    agent: str
    agent_phone: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """A person, and their accounts."""

    person_id: UUID
    roles: frozenset[Role]
    contact: Contact
    seller: SellerInfo | None
    buyer: BuyerInfo | None


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A sign-in of a person."""

    id: UUID
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A new sign-in code, without the code itself, which is only in its message."""

    id: UUID
    phone: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """The message that carries a code."""

    phone: str
    code: str
    language: str


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """An API key, without the key itself. `hint` is its beginning."""

    id: UUID
    name: str
    hint: str
    scopes: frozenset[Scope]
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A member of staff who was sent a link. `link` is told only while the drive has no operator who could sign in."""

    person_id: UUID
    email: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the bearer of a link sees; an app scans `totp_uri`. `moment` is the real time, seconds since the epoch."""

    person_id: UUID
    email: str
    totp_secret: str
    totp_uri: str
    moment: float


@dataclass(frozen=True, slots=True)
class InvitationMessage:
    """The message that carries a link."""

    email: str
    link: str
    language: str
    until: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody with a role of staff, or with a password. `disabled_at` is set once they cannot sign in any more."""

    person_id: UUID
    display_name: str
    email: str | None
    phone: str | None
    language: str
    roles: frozenset[Role]
    since: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffLogin:
    """Login data that a sign-in is checked against. `moment` is the real time, in seconds since the epoch."""

    person_id: UUID | None
    password_hash: str | None
    totp_secret: str
    moment: float


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: of whom, what, about what and when; a None or an empty text wants all.

    `action` is a whole action, or its beginning with a dot at the end (`staff.`).
    """

    person_id: UUID | None = None
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An entry of the audit log."""

    id: UUID
    at: datetime
    person_id: UUID | None
    action: str
    subject: str
    details: dict[str, Any]
    request_id: str | None
