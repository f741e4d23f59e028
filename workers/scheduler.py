"""The scheduler: starts due slots. Any number may run. `python -m workers.scheduler`"""

from agrimarket.kernel import schedule
from agrimarket.kernel.db import Database
from workers.celery_app import database
from workers.loop import run_forever
from workers.schedules import SCHEDULES


def schedule_once(db: Database) -> int:
    """Start every slot that is due and not started; returns how many."""
    with db.transaction() as session:
        return schedule.start_due(session, SCHEDULES)


def main() -> None:
    """Schedule until told to stop."""
    run_forever("scheduler", lambda: schedule_once(database()), busy=1, idle=1)


if __name__ == "__main__":
    main()
