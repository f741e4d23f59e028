"""Alerts on the wire."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.kernel.ids import short_number
from agrimarket.kernel.resources import AlertId, SellerOrderId
from agrimarket.kernel.wire import In, Instant, LongText, Number, Out
from agrimarket.orders.models.alerts import OrderAlert


class AlertOut(Out):
    """An alert for operators about an order."""

    id: AlertId
    seller_order_id: SellerOrderId
    order_number: Number
    kind: str
    details: dict[str, Any]
    created_at: Instant
    resolved_at: Instant | None
    note: str | None

    @classmethod
    def of(cls, alert: OrderAlert) -> "AlertOut":
        """The alert's row, for the wire."""
        plain = {name: getattr(alert, name) for name in cls.model_fields if name != "order_number"}
        return cls(order_number=short_number(alert.seller_order_id), **plain)


class NoteIn(In):
    """A note of what was done about an alert."""

    note: Annotated[LongText, Field(max_length=1_000)]
