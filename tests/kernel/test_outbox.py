"""Outbox, deliveries and idempotency keys, on a real database."""

from typing import ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlmodel import Session, select

from agrimarket.kernel import deliveries, external_events, outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency, KeyReused
from agrimarket.kernel.outbox import Delivery, DeliveryState, Event


class Rang(Event):
    topic: ClassVar[str] = "bell.rang"
    times: int


class Answer(BaseModel):
    number: int


def _one(session: Session) -> Delivery:
    return session.exec(select(Delivery)).one()


def _published(db: Database) -> UUID:
    with db.transaction() as session:
        outbox.record(session, Rang(times=3))
    with db.transaction() as session:
        assert deliveries.expand(session, {"bell.rang": ["bells.count"]}) == 1
        ((delivery_id, handler),) = deliveries.take(session)
        assert handler == "bells.count"
        deliveries.confirm(session, [delivery_id])
    return delivery_id


def test_a_delivery_is_handled_once(db: Database) -> None:
    """Invariant 14."""
    delivery_id = _published(db)
    with db.transaction() as session:
        begun = deliveries.begin(session, delivery_id)
        assert begun is not None
        assert begun.payload == {"times": 3}
        assert deliveries.finish(session, delivery_id)
        assert not deliveries.finish(session, delivery_id)
        assert deliveries.begin(session, delivery_id) is None
    with db.transaction() as session:
        assert _one(session).state == DeliveryState.HANDLED
        assert deliveries.backlog(session).waiting == 0


def test_a_delivery_that_always_fails_ends_dead_and_can_be_requeued(db: Database) -> None:
    delivery_id = _published(db)
    for attempt in range(1, deliveries.MAX_ATTEMPTS + 1):
        with db.transaction() as session:
            assert deliveries.begin(session, delivery_id) is not None
        with db.transaction() as session:
            assert deliveries.fail(session, delivery_id, "broken") == (attempt == deliveries.MAX_ATTEMPTS)
    with db.transaction() as session:
        assert deliveries.begin(session, delivery_id) is None
        assert deliveries.backlog(session).dead == 1
        assert deliveries.requeue(session, delivery_id)
        assert deliveries.begin(session, delivery_id) is not None


def test_a_worker_lost_each_time_ends_dead(db: Database) -> None:
    delivery_id = _published(db)
    for _ in range(deliveries.MAX_ATTEMPTS):
        with db.transaction() as session:
            assert deliveries.begin(session, delivery_id) is not None
    with db.transaction() as session:
        begun = deliveries.begin(session, delivery_id)
        assert begun is not None
        assert begun.dead
    with db.transaction() as session:
        row = _one(session)
        assert (row.state, row.last_error) == (DeliveryState.DEAD, "the worker was lost each time")


def test_an_answer_is_replayed_and_another_request_refused(db: Database) -> None:
    acts: list[int] = []

    def act() -> Answer:
        acts.append(1)
        return Answer(number=len(acts))

    for replayed in (False, True):
        with db.transaction() as session:
            key = Idempotency("me", "k1", b"one")
            assert key.run(session, Answer, act).number == 1
            assert key.replayed is replayed
    with pytest.raises(KeyReused), db.transaction() as session:
        Idempotency("me", "k1", b"two").run(session, Answer, act)
    assert len(acts) == 1


def test_a_providers_event_is_taken_in_once(db: Database) -> None:
    with db.transaction() as session:
        assert external_events.receive(session, "stripe", "evt_1", {"type": "x"})
        assert not external_events.receive(session, "stripe", "evt_1", {"type": "x"})
        assert external_events.receive(session, "other", "evt_1", {"type": "x"})
