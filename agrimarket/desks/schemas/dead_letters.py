"""Dead letters as they go in and out over HTTP."""

from typing import Annotated, Any

from pydantic import Field

from agrimarket.kernel.deliveries import DeadLetter
from agrimarket.kernel.resources import DeliveryId
from agrimarket.kernel.wire import Count, In, Instant, Out, Text


class GiveUpIn(In):
    """Why it is not tried again; it is kept in the audit log."""

    reason: Text


class DeadLetterOut(Out):
    """Work that failed at every attempt. `payload` is the event's, `error` what the last attempt said."""

    id: DeliveryId
    topic: Annotated[str, Field(examples=["payments.call_prepared"])]
    handler: Annotated[str, Field(examples=["payments.make_call"])]
    payload: dict[str, Any]
    error: str
    attempts: Count
    created_at: Instant
    died_at: Instant
    request_id: str | None

    @classmethod
    def of(cls, letter: DeadLetter) -> "DeadLetterOut":
        """As it is on the wire."""
        return cls(
            id=letter.id,
            topic=letter.topic,
            handler=letter.handler,
            payload=letter.payload,
            error=letter.error,
            attempts=letter.attempts,
            created_at=letter.created_at,
            died_at=letter.died_at,
            request_id=letter.request_id,
        )
