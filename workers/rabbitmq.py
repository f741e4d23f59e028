"""Queues of jobs in RabbitMQ: a replicated one with a limit on deliveries, and one for its dead letters."""

from typing import Any, ClassVar, cast

from celery import Celery
from celery.worker.consumer import Consumer
from kombu.entity import Exchange, Queue

from agrimarket.kernel.deliveries import MAX_ATTEMPTS

DELIVERY_LIMIT = 2 * MAX_ATTEMPTS
"""Deliveries of one message at most: above `MAX_ATTEMPTS`, so that PostgreSQL, which counts too, gives up first."""


def configure(app: Celery, name: str) -> None:
    """Have `app` use the queue `name` and, for messages that RabbitMQ gives up on, `<name>.dead`."""
    limits = {"x-delivery-limit": DELIVERY_LIMIT, "x-dead-letter-exchange": _dead(name)}
    app.conf.update(
        task_queues=[_quorum(JobQueue, name, limits)],
        task_default_exchange_type="topic",
        worker_consumer="workers.rabbitmq:WithoutDelays",
        worker_detect_quorum_queues=True,  # quorum queues refuse a prefetch count for the whole channel
    )


def dead_letters(name: str) -> Queue:
    """Queue of the dead letters of the queue `name`; it has no consumer."""
    return _quorum(Queue, _dead(name), {})


def _dead(name: str) -> str:
    return f"{name}.dead"


def _quorum(kind: type[Queue], name: str, arguments: dict[str, Any]) -> Queue:
    exchange = Exchange(name, type="topic")
    return kind(name, exchange, routing_key="#", queue_arguments={"x-queue-type": "quorum", **arguments})


class JobQueue(Queue):
    """Queue that is declared, by its first user, after the queue for its dead letters."""

    def declare(self, nowait: bool = False, channel: Any = None) -> str:
        """Declare both queues; returns the name of this one."""
        name = cast("str", self.name)
        dead_letters(name)(channel or self.channel).declare(nowait=nowait)
        super().declare(nowait=nowait, channel=channel)
        return name


class WithoutDelays(Consumer):
    """Celery's consumer, which does not declare 28 more quorum queues for ETAs; nothing here has an ETA."""

    class Blueprint(Consumer.Blueprint):
        """Steps of the consumer, except the one that declares them."""

        default_steps: ClassVar[list[str]] = [
            step for step in Consumer.Blueprint.default_steps if "delayed_delivery" not in step
        ]
