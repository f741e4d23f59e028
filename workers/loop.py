"""A loop that ends cleanly on SIGTERM and outlives a database or a broker that is away."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from kombu.exceptions import OperationalError as BrokerError
from sqlalchemy.exc import DBAPIError

from agrimarket.kernel.logs import configure_logs
from agrimarket.settings import get_settings
from workers.celery_app import announce_ready

log = structlog.get_logger(__name__)


def run_forever(name: str, step: Callable[[], int], *, busy: float, idle: float) -> None:
    """Call `step` until told to stop; pause `busy` seconds after one that did something, `idle` after one that did not.

    While the database or the broker is away it waits, a second at first and at most ten.
    """
    configure_logs(get_settings())
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    away = 0
    while not stop.is_set():
        try:
            pause = busy if step() else idle
            away = 0
            announce_ready()
        except (DBAPIError, BrokerError, ConnectionError) as error:
            away += 1
            pause = min(away, 10)
            log.warning("waiting", loop=name, error=str(error).splitlines()[0], seconds=pause)
        stop.wait(pause)
