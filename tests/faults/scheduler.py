"""The scheduler, with a schedule that every slot of a minute must run once."""

from datetime import timedelta

from agrimarket.kernel import schedule
from agrimarket.kernel.schedule import Schedule
from workers.celery_app import database
from workers.loop import run_forever

EVERY_MINUTE = Schedule("fault", timedelta(minutes=1), "each")


def _step() -> int:
    with database().transaction() as session:
        return schedule.start_due(session, [EVERY_MINUTE])


if __name__ == "__main__":
    run_forever("scheduler", _step, busy=0.02, idle=0.02)
