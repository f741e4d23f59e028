"""How jobs lie in RabbitMQ: a replicated queue with a limit on deliveries, and a queue of dead letters behind it."""

from typing import Any, ClassVar, cast

from celery import Celery
from celery.worker.consumer import Consumer
from kombu.entity import Exchange, Queue

from agrimarket.kernel.deliveries import MAX_ATTEMPTS

DELIVERY_LIMIT = 2 * MAX_ATTEMPTS
"""Deliveries of one message; above `MAX_ATTEMPTS`, so that PostgreSQL, which counts too, gives up first and says so."""


def configure(app: Celery, name: str) -> None:
    """Have `app` use the queue `name` and, for what RabbitMQ gives up on, `<name>.dead`."""
    limits = {"x-delivery-limit": DELIVERY_LIMIT, "x-dead-letter-exchange": _dead(name)}
    app.conf.update(
        task_queues=[_quorum(JobQueue, name, limits)],
        task_default_exchange_type="topic",
        worker_consumer="workers.rabbitmq:WithoutDelays",
        worker_detect_quorum_queues=True,  # such queues refuse a prefetch count for the whole channel
    )


def dead_letters(name: str) -> Queue:
    """The queue of the dead letters of the queue `name`; nobody consumes it."""
    return _quorum(Queue, _dead(name), {})


def _dead(name: str) -> str:
    return f"{name}.dead"


def _quorum(kind: type[Queue], name: str, arguments: dict[str, Any]) -> Queue:
    exchange = Exchange(name, type="topic")
    return kind(name, exchange, routing_key="#", queue_arguments={"x-queue-type": "quorum", **arguments})


class JobQueue(Queue):
    """A queue that is declared after the one for its dead letters, by whoever needs it first."""

    def declare(self, nowait: bool = False, channel: Any = None) -> str:
        """Declare both; returns this one's name."""
        name = cast("str", self.name)
        dead_letters(name)(channel or self.channel).declare(nowait=nowait)
        super().declare(nowait=nowait, channel=channel)
        return name


class WithoutDelays(Consumer):
    """Celery's consumer, which would declare 28 more quorum queues for ETAs; nothing here has an ETA."""

    class Blueprint(Consumer.Blueprint):
        """Its steps but one."""

        default_steps: ClassVar[list[str]] = [
            step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step
        ]
