"""A relay and a worker on each broker that agrimarket supports: a round trip, and a worker killed in a task."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from kombu import Connection
from kombu.entity import Queue
from sqlalchemy import text

from agrimarket.kernel import outbox
from tests.faults.looking import advance, lost_and_doubled, scalar, wait_for_all
from tests.faults.messages import TABLES, Struck
from tests.support.running import Running, running, wait_until
from workers.rabbitmq import DELIVERY_LIMIT, dead_letters

pytestmark = pytest.mark.services
BROKERS = {"valkey": "", "rabbitmq": "AGRIMARKET_TEST_AMQP", "redis": "AGRIMARKET_TEST_REDIS"}
"""Broker → variable that gives its address; the embedded one has none."""


@pytest.fixture(scope="module", params=BROKERS)
def broker_url(request: pytest.FixtureRequest) -> str:
    """The address of the broker; empty for the embedded one."""
    variable = BROKERS[request.param]
    url = os.environ.get(variable, "") if variable else ""
    if variable and not url:
        if os.environ.get("AGRIMARKET_REQUIRE_SERVICES") == "1":
            pytest.fail(f"AGRIMARKET_REQUIRE_SERVICES=1, but {variable} names no broker")
        pytest.skip(f"{variable} names no broker")
    return url


@pytest.fixture(scope="module")
def system_on_broker(tmp_path_factory: pytest.TempPathFactory, broker_url: str) -> Iterator[Running]:
    """A system of PostgreSQL and that broker, with the tests' own queue if the broker's server is shared."""
    queue = f"agrimarket-test-{uuid4().hex[:12]}"
    with running(tmp_path_factory.mktemp("services"), broker_url, AGRIMARKET_BROKER_QUEUE=queue) as system:
        with system.db.transaction() as session:
            for table in TABLES:
                session.connection().execute(text(table))
        yield system
    if broker_url:
        _remove(broker_url, queue)


@pytest.fixture
def system(system_on_broker: Running) -> Iterator[Running]:
    """The system, without messages before the test and without processes after it."""
    with system_on_broker.db.transaction() as session:
        session.connection().execute(text("TRUNCATE outbox_message, delivery, fault_effect"))
    yield system_on_broker
    system_on_broker.end_children()


def test_every_message_acts_once(system: Running) -> None:
    system.relay()
    for _ in range(2):  # on one host, so with one name
        system.worker()
    _send(system, 40)
    wait_for_all(system, 60)
    assert lost_and_doubled(system, 40) == (0, 0)


def test_a_killed_workers_message_acts_once(system: Running, broker_url: str) -> None:
    system.relay()
    worker = system.worker(concurrency=1)
    _send(system, 1, milliseconds=2_000)
    begun = "SELECT count(*) FROM delivery WHERE attempts > 0"
    wait_until(lambda: scalar(system, begun), 30, "the task's start")
    worker.stop(signal.SIGKILL)
    assert lost_and_doubled(system, 1) == (1, 0)
    system.worker(concurrency=1)
    if not broker_url.startswith("amqp"):
        # RabbitMQ gives the message back when the connection ends. Redis does so after its visibility timeout, and
        # PostgreSQL has it published again after that time, by which the clock is moved here.
        advance(system, timedelta(seconds=61))
    wait_for_all(system, 30)
    assert lost_and_doubled(system, 1) == (0, 0)
    assert scalar(system, "SELECT attempts FROM delivery") == 2


def test_rabbitmq_counts_deliveries_and_keeps_dead_letters(system: Running, broker_url: str) -> None:
    if not broker_url.startswith("amqp"):
        pytest.skip("only RabbitMQ has quorum queues")
    queue = system.env["AGRIMARKET_BROKER_QUEUE"]
    system.relay()
    worker = system.worker()
    _send(system, 1)
    wait_for_all(system)
    worker.stop()
    with Connection(broker_url) as connection:
        jobs = Queue(queue, channel=connection.channel())
        # The broker compares arguments with those it has: a queue of another kind, or without the limit, is refused.
        arguments = {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": f"{queue}.dead",
        }
        jobs.queue_arguments = arguments
        jobs.queue_declare()
        connection.Producer().publish({"not": "a task"}, exchange=queue, routing_key=queue, serializer="json")
        dead = dead_letters(queue)(connection.channel())

        def given_back() -> bool:
            # The broker takes a moment to give the message back, in which the queue seems to be empty.
            if message := jobs.get():
                message.reject(requeue=True)
            return dead.queue_declare(passive=True).message_count == 1

        wait_until(given_back, 60, "the dead letter")


def _send(system: Running, count: int, milliseconds: int = 0) -> None:
    with system.db.transaction() as session:
        for number in range(count):
            outbox.record(session, Struck(number=number, milliseconds=milliseconds))


def _remove(url: str, queue: str) -> None:
    """Leave nothing of the queue on a server that is not ours."""
    with Connection(url) as connection:
        channel = connection.channel()
        if url.startswith("redis"):
            for key in channel.client.keys(f"*{queue}*"):
                channel.client.delete(key)
            return
        for name in (queue, f"{queue}.dead"):
            channel.queue_delete(name)
            channel.exchange_delete(name)
