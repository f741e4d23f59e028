"""Loop that ends cleanly on SIGTERM and outlives an outage of the database or the broker."""

import os
import select
import signal
from collections.abc import Callable
from types import FrameType

import structlog
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from agrimarket.kernel.logs import configure_logs
from agrimarket.settings import get_settings
from workers.celery_app import announce_ready

log = structlog.get_logger(__name__)


def run_forever(name: str, step: Callable[[], int], *, busy: float, idle: float) -> None:
    """Call `step` until told to stop; pause `busy` seconds after a call that did something, `idle` after others.

    While the database or the broker is down it waits, a second at first and at most ten.
    """
    configure_logs(get_settings())  # the broker's library may have set up its own since
    # A pipe, not a threading.Event: a signal handler that sets the event while its thread is just entering wait() waits
    # for that thread's own lock, and the process ignores signals from then on.
    told, tell = os.pipe()

    def end(_number: int, _frame: FrameType | None) -> None:
        os.write(tell, b".")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    away, pause = 0, 0.0
    while not select.select([told], [], [], pause)[0]:
        try:
            pause = busy if step() else idle
            away = 0
            announce_ready()
        except (DBAPIError, PoolTimeout, BrokerError, RedisError, OSError) as error:
            away += 1
            pause = min(away, 10)
            log.warning("waiting", loop=name, error=str(error).splitlines()[0], seconds=pause)
