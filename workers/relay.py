"""The relay: outbox → broker. Any number may run. `python -m workers.relay`"""

from agrimarket.kernel import deliveries
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from workers.celery_app import app, database
from workers.handling import handled
from workers.loop import run_forever
from workers.subscriptions import SUBSCRIPTIONS


def relay_once(db: Database) -> int:
    """Expand new messages, publish what is due with the broker's confirmation, then note it; returns how many.

    Publishing happens outside a transaction: a process killed in between leaves deliveries that fall due in 5 s.
    """
    with db.transaction() as session:
        expanded = deliveries.expand(session, SUBSCRIPTIONS)
    with db.transaction() as session:
        taken = deliveries.take(session)
    known = handled(db, taken)
    if not known:
        return expanded + len(taken)
    with app.producer_or_acquire() as producer:  # pyright: ignore[reportUnknownVariableType]
        for delivery_id, handler in known:
            app.send_task(handler, (str(delivery_id),), producer=producer, retry=False)  # pyright: ignore[reportUnknownArgumentType]
    failpoint("relay.published")
    with db.transaction() as session:
        deliveries.confirm(session, [delivery_id for delivery_id, _ in known])
    return len(taken)


def main() -> None:
    """Relay until told to stop."""
    run_forever("relay", lambda: relay_once(database()), busy=0.01, idle=0.1)


if __name__ == "__main__":
    main()
