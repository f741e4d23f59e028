"""Celery's configuration. State lives in PostgreSQL; the broker only carries delivery ids."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals

from agrimarket.drive import drive_or_exit
from agrimarket.guard import settings_or_exit
from agrimarket.kernel.db import Database
from agrimarket.kernel.logs import configure_logs
from agrimarket.migrations.tables import every_table

log = structlog.get_logger(__name__)
app = Celery("agrimarket")
_settings = settings_or_exit()
configure_logs(_settings)
drive_or_exit()
every_table()
_amqp = _settings.broker_url.startswith("amqp")

app.conf.update(
    broker_url=_settings.broker_url,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"confirm_publish": True}
    if _amqp
    else {
        # With the defaults the tasks of a killed worker are not delivered again for more than 100 s.
        "visibility_timeout": 60,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 5,
        # Two systems may share one server, and Celery's other keys do not contain the queue's name.
        "global_keyprefix": f"{_settings.broker_queue}:",
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=50,
    task_soft_time_limit=45,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=10_000,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    # Workers get no remote commands, and their mailbox on RabbitMQ is exclusive to a host name: a second worker on the
    # host, or one started right after a killed one, would end at its start.
    worker_enable_remote_control=False,
    enable_utc=True,
    task_default_queue=_settings.broker_queue,
)
if _amqp:
    from workers.rabbitmq import configure

    configure(app, _settings.broker_queue)

_database: Database | None = None


def database() -> Database:
    """The process's database, made at first use."""
    global _database
    if _database is None:
        _database = Database(_settings.database_url, pool_size=2, application_name="agrimarket-worker")
    return _database


@signals.worker_process_init.connect
def _after_fork(**_: Any) -> None:
    """Forget the parent's connections, which a child must neither share nor close."""
    if _database is not None:
        _database.after_fork()


@signals.setup_logging.connect
def _logs(**_: Any) -> None:
    configure_logs(_settings)


@signals.worker_ready.connect
def _ready(**_: Any) -> None:
    announce_ready()


def announce_ready() -> None:
    """Tell a waiting supervisor (`AGRIMARKET_READY_FILE`) that this process is at work, where a file can be made."""
    if path := os.environ.get("AGRIMARKET_READY_FILE"):
        with suppress(OSError):
            Path(path).touch()


app.autodiscover_tasks(["workers"], related_name="subscriptions")
