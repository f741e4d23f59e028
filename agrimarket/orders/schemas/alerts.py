"""Alerts on the wire."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.kernel.resources import AlertId, SellerOrderId
from agrimarket.kernel.wire import In, Instant, LongText, Out
from agrimarket.orders.models.alerts import OrderAlert


class AlertOut(Out):
    """An alert for operators about an order."""

    id: AlertId
    seller_order_id: SellerOrderId
    kind: str
    details: dict[str, Any]
    created_at: Instant
    resolved_at: Instant | None
    note: str | None

    @classmethod
    def of(cls, alert: OrderAlert) -> "AlertOut":
        """The alert's row, for the wire."""
        return cls(**{name: getattr(alert, name) for name in cls.model_fields})


class NoteIn(In):
    """A note of what was done about an alert."""

    note: Annotated[LongText, Field(max_length=1_000)]
