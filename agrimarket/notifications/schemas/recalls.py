"""Who was reached about a recall, over HTTP."""

from agrimarket.kernel.resources import BuyerId, SellerOrderId
from agrimarket.kernel.wire import Instant, Out
from agrimarket.notifications.service.recalls import Reached
from agrimarket.notifications.states import Channel, NotificationState


class ReachedOut(Out):
    """A buyer of the lot, with their newest order of it. `channel` null: neither telephone nor e-mail is known.

    `state` null: no message was written.
    """

    buyer_id: BuyerId
    order_id: SellerOrderId
    channel: Channel | None
    state: NotificationState | None
    sent_at: Instant | None
    read_at: Instant | None

    @classmethod
    def of(cls, reached: Reached) -> "ReachedOut":
        """A buyer, for the wire."""
        same = {name: getattr(reached, name) for name in ("channel", "state", "sent_at", "read_at")}
        return cls(buyer_id=reached.buyer.buyer_id, order_id=reached.buyer.order_id, **same)
