"""Parts that all tables share: naming of constraints, ids, times and enumerations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from agrimarket.kernel.ids import new_id

SQLModel.metadata.naming_convention = {  # type: ignore[assignment]  # SQLAlchemy types it as immutable
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Timestamp = DateTime(timezone=True)
NOW = text("agrimarket_now()")


def id_field() -> Any:
    """A UUIDv7 primary key."""
    return Field(default_factory=new_id, primary_key=True)


def created_at_field(*, index: bool = False) -> Any:
    """Time at which the row was written, by the database's clock."""
    return Field(default=None, sa_type=Timestamp, nullable=False, index=index, sa_column_kwargs={"server_default": NOW})


def time_field(*, nullable: bool = False, index: bool = False) -> Any:
    """A point in time, UTC."""
    if nullable:
        return Field(default=None, sa_type=Timestamp, nullable=True, index=index)
    return Field(sa_type=Timestamp, nullable=False, index=index)


def amount_field(*, default: Any = ..., nullable: bool = False) -> Any:
    """Integer minor units, grams or pieces: 64 bits."""
    return Field(default=default, sa_type=BigInteger, nullable=nullable)


def json_field(*, nullable: bool = False) -> Any:
    """A JSON document."""
    if nullable:
        return Field(default=None, sa_type=JSONB, nullable=True)
    return Field(default_factory=dict, sa_type=JSONB, nullable=False)


def state_field(default: StrEnum | None = None, *, index: bool = False) -> Any:
    """A state, stored as its text; a CHECK in the table names the allowed ones (`state_check`)."""
    return Field(default=... if default is None else default, sa_type=String, nullable=False, index=index)


def state_check(states: type[StrEnum], column: str = "state") -> Any:
    """A CHECK that the column holds one of `states`."""
    from sqlalchemy import CheckConstraint

    allowed = ", ".join(f"'{state.value}'" for state in states)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


def currency_check() -> Any:
    """A CHECK that the column `currency` holds an ISO 4217 code."""
    from sqlalchemy import CheckConstraint

    return CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_iso")


__all__ = [
    "NOW",
    "SQLModel",
    "Timestamp",
    "amount_field",
    "created_at_field",
    "currency_check",
    "datetime",
    "id_field",
    "json_field",
    "state_check",
    "state_field",
    "time_field",
]
