"""Running of deliveries in this process, without a broker: for tests, and for commands that must not depend on one."""

from agrimarket.kernel import deliveries
from agrimarket.kernel.db import Database
from workers.handling import RUNNERS, deliver, handled
from workers.subscriptions import SUBSCRIPTIONS


def drain(db: Database, *, rounds: int = 50) -> int:
    """Run every due delivery, and those that it causes, until none is due; returns how many ran."""
    ran = 0
    for _ in range(rounds):
        with db.transaction() as session:
            deliveries.expand(session, SUBSCRIPTIONS)
        with db.transaction() as session:
            taken = deliveries.take(session)
        if not taken:
            return ran
        for delivery_id, handler in handled(db, taken):
            deliver(db, delivery_id, handler, RUNNERS[handler])
            ran += 1
    raise RuntimeError(f"still busy after {rounds} rounds")
