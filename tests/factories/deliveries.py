"""Work that failed at every attempt."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.kernel import deliveries
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.outbox import OutboxMessage


def a_dead_letter(
    session: Session, *, handler: str = "payments.make_call", error: str = "TimeoutError: no answer", attempts: int = 5
) -> UUID:
    """A delivery that was begun and failed as often as it may be; its id."""
    topic = f"test.{new_id().hex}"
    session.add(OutboxMessage(id=new_id(), topic=topic, payload={"call_id": str(new_id())}, request_id="req-1"))
    session.flush()
    connection = session.connection()
    connection.execute(
        text("""
            INSERT INTO delivery (id, message_id, handler, state, attempts, publishes)
            SELECT gen_random_uuid(), id, :handler, 'pending', 0, 0 FROM outbox_message WHERE topic = :topic
        """),
        {"handler": handler, "topic": topic},
    )
    connection.execute(text("UPDATE outbox_message SET relayed_at = now() WHERE topic = :topic"), {"topic": topic})
    delivery: UUID = connection.execute(
        text("SELECT d.id FROM delivery AS d JOIN outbox_message AS o ON o.id = d.message_id WHERE o.topic = :topic"),
        {"topic": topic},
    ).scalar_one()
    for _ in range(attempts):
        deliveries.begin(session, delivery)
        deliveries.fail(session, delivery, error)
    return delivery
