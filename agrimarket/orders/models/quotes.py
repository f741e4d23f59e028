"""Quotes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, String
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    amount_field,
    created_at_field,
    id_field,
    json_field,
    state_check,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.regions.types.serviceability import Mode

_REGION = "^[1-9][0-9]{5}$"


class Quote(SQLModel, table=True):
    """The price of a cart at one destination and in one mode, promised until `expires_at`.

    `parcels` lists it line by line.
    """

    __tablename__ = "quote"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(f"region_code ~ '{_REGION}'", name="region_code_shape"),
        CheckConstraint("goods > 0 AND delivery >= 0", name="amounts_not_negative"),
        state_check(Mode, "mode"),
    )

    id: UUID = id_field()
    cart_id: UUID = Field(foreign_key="cart.id", index=True, ondelete="CASCADE")
    region_code: str
    community: str | None = None
    mode: Mode = Field(default=Mode.TRUCK, sa_type=String, sa_column_kwargs={"server_default": Mode.TRUCK.value})  # type: ignore[call-overload]
    goods: int = amount_field()
    delivery: int = amount_field()
    currency: str = DEFAULT_CURRENCY
    parcels: list[Any] = json_field()
    expires_at: datetime = time_field()
    created_at: datetime = created_at_field()
