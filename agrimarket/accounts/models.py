"""Tables of `accounts`."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Interval, String, text
from sqlalchemy import false as sql_false
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.accounts.states import STAFF_ROLES, BuyerKind, SellerKind, Standing
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.kernel.principal import Role, Scope

STAFF_ROLES_SQL = ", ".join(f"'{role.value}'" for role in STAFF_ROLES)


def _region_check() -> CheckConstraint:
    return CheckConstraint("region_code ~ '^[1-9][0-9]{5}$'", name="region_code_shape")


class Person(SQLModel, table=True):
    """A person. `phone` is E.164, `email` lower case; at least one of them is set."""

    __tablename__ = "person"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="reachable"),
        CheckConstraint("language IN ('zh-Hant', 'zh-Hans', 'en')", name="language_known"),
    )

    id: UUID = id_field()
    phone: str | None = Field(default=None, unique=True)
    email: str | None = Field(default=None, unique=True)
    display_name: str = ""
    language: str
    created_at: datetime = created_at_field()


class PersonRole(SQLModel, table=True):
    """A role that a person has."""

    __tablename__ = "person_role"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(Role, "role"),
        Index("ix_person_role_staff", "role", "person_id", postgresql_where=text(f"role IN ({STAFF_ROLES_SQL})")),
    )

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    role: str = Field(primary_key=True)
    created_at: datetime = created_at_field()


class Seller(SQLModel, table=True):
    """A person's selling account. `exposure_limit`, in minor units, caps what a limited seller may have on sale."""

    __tablename__ = "seller"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(SellerKind, "kind"),
        state_check(Standing, "standing"),
        CheckConstraint("exposure_limit >= 0", name="exposure_limit_not_negative"),
        _region_check(),
    )

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", unique=True)
    kind: SellerKind = state_field()
    display_name: str
    region_code: str
    standing: Standing = state_field(Standing.PENDING)
    exposure_limit: int | None = amount_field(default=None, nullable=True)
    currency: str = DEFAULT_CURRENCY
    created_at: datetime = created_at_field()


class SellerProduce(SQLModel, table=True):
    """Produce that a seller may sell unasked: as their approved application names it, or the code of its kind."""

    __tablename__ = "seller_produce"  # pyright: ignore[reportAssignmentType]

    seller_id: UUID = Field(foreign_key="seller.id", primary_key=True)
    produce: str = Field(primary_key=True)
    approved_at: datetime = created_at_field()


class Buyer(SQLModel, table=True):
    """A person's buying account."""

    __tablename__ = "buyer"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (state_check(BuyerKind, "kind"), _region_check())

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", unique=True)
    kind: BuyerKind = state_field()
    display_name: str
    region_code: str
    created_at: datetime = created_at_field()


class Mandate(SQLModel, table=True):
    """A grower's word that an agent may sell for them: stock, listings and orders. The money stays the grower's own.

    Either of them ends it; `ended_by_id` is who did.
    """

    __tablename__ = "mandate"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("grower_person_id <> agent_person_id", name="somebody_else"),
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="ended_by_somebody"),
        Index(
            "uq_mandate_live",
            "agent_person_id",
            "grower_person_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: UUID = id_field()
    grower_person_id: UUID = Field(foreign_key="person.id", index=True)
    agent_person_id: UUID = Field(foreign_key="person.id")
    given_at: datetime = created_at_field()
    ended_at: datetime | None = time_field(nullable=True)
    ended_by_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)


class SignInCode(SQLModel, table=True):
    """The newest sign-in code of a phone: its keyed hash, to check it, and its ciphertext, for the message with it.

    A `long` one cannot be guessed, so that tries at it are not counted here.
    """

    __tablename__ = "sign_in_code"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (CheckConstraint("attempts BETWEEN 0 AND 5", name="attempts_limited"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    phone: str = Field(unique=True)
    code_hash: bytes
    code_sealed: bytes
    language: str
    attempts: int = 0
    long: bool = Field(default=False, sa_column_kwargs={"server_default": sql_false()})
    created_at: datetime = created_at_field()
    expires_at: datetime = time_field(index=True)
    used_at: datetime | None = time_field(nullable=True)


class StaffCredential(SQLModel, table=True):
    """Password and TOTP of a member of staff. `totp_last_step` was used last; it and earlier steps are refused.

    Since `disabled_at` nobody can sign in with them.
    """

    __tablename__ = "staff_credential"  # pyright: ignore[reportAssignmentType]

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    password_hash: str
    totp_sealed: bytes
    totp_last_step: int = amount_field(default=0)
    created_at: datetime = created_at_field()
    disabled_at: datetime | None = time_field(nullable=True)


class StaffInvitation(SQLModel, table=True):
    """A link by which a member of staff sets their password, with the TOTP secret that they are shown; gone once used.

    The token is kept as its hash, to check it, and its ciphertext, for the message with it.
    """

    __tablename__ = "staff_invitation"  # pyright: ignore[reportAssignmentType]

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", unique=True)
    token_hash: bytes = Field(unique=True)
    token_sealed: bytes
    totp_sealed: bytes
    created_at: datetime = created_at_field()
    expires_at: datetime = time_field()


class SignInSession(SQLModel, table=True):
    """A sign-in; only the hash of its token is kept. It ends after it was not used for `idle`, or at `expires_at`.

    `sells_for_id` is the seller for whom the person has chosen to sell; it counts while that seller's mandate stands.
    """

    __tablename__ = "sign_in_session"  # pyright: ignore[reportAssignmentType]

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    token_hash: bytes = Field(unique=True)
    device: str = ""
    idle: timedelta = Field(sa_type=Interval)
    created_at: datetime = created_at_field()
    seen_at: datetime = created_at_field()
    expires_at: datetime = time_field(index=True)
    ended_at: datetime | None = time_field(nullable=True)
    sells_for_id: UUID | None = Field(default=None, foreign_key="seller.id", index=True)


class ApiKey(SQLModel, table=True):
    """A program's key: 256 random bits, of which only the SHA-256 is kept. `hint` is its beginning.

    `roles` is what keys had before they had scopes; a new key has none.
    """

    __tablename__ = "api_key"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(
            f"roles <@ ARRAY[{', '.join(repr(role.value) for role in Role)}]::varchar[] AND cardinality(roles) > 0",
            name="roles_known",
        ),
        CheckConstraint(f"scopes <@ ARRAY[{', '.join(repr(one.value) for one in Scope)}]::varchar[]", "scopes_known"),
    )

    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="person.id", index=True)
    name: str
    key_hash: bytes = Field(unique=True)
    hint: str
    roles: list[str] | None = Field(default=None, sa_type=ARRAY(String))  # type: ignore[call-overload]  # an instance is meant
    scopes: list[str] = Field(sa_type=ARRAY(String), sa_column_kwargs={"server_default": "{}"})  # type: ignore[call-overload]
    created_at: datetime = created_at_field()
    used_at: datetime | None = time_field(nullable=True)
    revoked_at: datetime | None = time_field(nullable=True)


class AuditEntry(SQLModel, table=True):
    """Act of a person, or of the system, on a subject. A trigger refuses every change of a row."""

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index(None, "action", "id"),)

    id: UUID = id_field()
    person_id: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    action: str
    subject: str = Field(index=True)
    details: dict[str, Any] = json_field()
    request_id: str | None = None
    created_at: datetime = created_at_field(index=True)
