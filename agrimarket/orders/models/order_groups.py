"""Order groups: purchases of one cart each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    created_at_field,
    id_field,
    state_check,
    time_field,
)
from agrimarket.kernel.money import DEFAULT_CURRENCY
from agrimarket.regions.types.serviceability import Mode

_REGION = "^[1-9][0-9]{5}$"


class OrderGroup(SQLModel, table=True):
    """A purchase: one cart, one payment, one address, one mode of delivery.

    Its state is derived from its seller orders. Recipient, phone and street are sealed in `address`. By `search_keys`,
    keyed hashes of the recipient's name and of the end of the phone number, it is found without being opened.
    """

    __tablename__ = "order_group"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint(f"region_code ~ '{_REGION}'", name="region_code_shape"),
        CheckConstraint("method IN ('card', 'alipay')", name="method_known"),
        state_check(Mode, "mode"),
        Index("ix_order_group_buyer", "buyer_id", "id"),
        Index("ix_order_group_search_keys", "search_keys", postgresql_using="gin"),
        Index("ix_order_group_unfound", "id", postgresql_where=text("search_keys IS NULL")),
    )

    id: UUID = id_field()
    cart_id: UUID = Field(foreign_key="cart.id", unique=True)
    buyer_id: UUID = Field(foreign_key="buyer.id")
    payment_id: UUID = Field(foreign_key="payment.id", unique=True)
    method: str
    currency: str = DEFAULT_CURRENCY
    region_code: str
    community: str | None = None
    mode: Mode = Field(default=Mode.TRUCK, sa_type=String, sa_column_kwargs={"server_default": Mode.TRUCK.value})  # type: ignore[call-overload]
    address: bytes
    search_keys: list[bytes] | None = Field(default=None, sa_type=ARRAY(LargeBinary))  # type: ignore[call-overload]
    expires_at: datetime = time_field()
    created_at: datetime = created_at_field()
