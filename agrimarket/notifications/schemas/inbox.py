"""Schema of messages in the inbox."""

from typing import Annotated

from pydantic import Field

from agrimarket.kernel.resources import NotificationId
from agrimarket.kernel.wire import Instant, Out
from agrimarket.notifications.service.inbox import InboxEntry


class NotificationOut(Out):
    """A message in the caller's inbox, in the language of `Accept-Language`; `path` is where they act on it."""

    id: NotificationId
    template: Annotated[str, Field(examples=["order_placed"])]
    text: str
    path: Annotated[str | None, Field(examples=["/appeals/apl_01m8504b7ye8nbqetv75q9crjn"])]
    at: Instant
    read_at: Instant | None

    @classmethod
    def of(cls, entry: InboxEntry) -> "NotificationOut":
        """The entry, for the wire."""
        return cls(
            id=entry.id, template=entry.template, text=entry.text, path=entry.path, at=entry.at, read_at=entry.read_at
        )
