"""Alerts about orders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from agrimarket.kernel.model import (
    created_at_field,
    id_field,
    json_field,
    state_check,
    state_field,
    time_field,
)
from agrimarket.orders.states import AlertKind


class OrderAlert(SQLModel, table=True):
    """Alert for operators about a seller order. An order has at most one open alert of a kind."""

    __tablename__ = "order_alert"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        state_check(AlertKind, "kind"),
        Index(
            "uq_order_alert_open",
            "seller_order_id",
            "kind",
            unique=True,
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("ix_order_alert_seller_order_id", "seller_order_id"),
    )

    id: UUID = id_field()
    seller_order_id: UUID = Field(foreign_key="seller_order.id")
    kind: AlertKind = state_field()
    details: dict[str, Any] = json_field()
    created_at: datetime = created_at_field()
    resolved_at: datetime | None = time_field(nullable=True)
    resolved_by: UUID | None = Field(default=None, foreign_key="person.id", index=True)
    note: str | None = None
