"""What is in a system: people, reference data, work that goes on."""

import time
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from sqlmodel import Session

from agrimarket.accounts.service import staff
from agrimarket.accounts.types import StaffMember
from agrimarket.catalog.service import products
from agrimarket.doctor.findings import Finding, failure, good, warning
from agrimarket.kernel import clock, deliveries, schedule
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.regions.service import places
from agrimarket.settings import Settings
from seeds.people import STAFF
from workers.schedules import SCHEDULES

APART = 2.0
"""Seconds between this machine's clock and the database's that one-time passwords and signatures bear easily."""
GRACE = timedelta(minutes=2)
"""How much later than it is due a slot may start."""
BEHIND = 60
"""Seconds that work may wait for the relay."""
SLOW = 300
"""Seconds that work may wait for its handler, tried again a few times."""
MANY = 1_000


def clock_(db: Database, settings: Settings) -> Finding:
    """This machine and the database agree on the time, and nobody has moved the clock of a production system."""
    with db.reading() as session:
        before = time.time()
        world, shift = clock.world(session), clock.shift(session)
        apart = abs(world.timestamp() - (before + time.time()) / 2)
    if shift and settings.environment == "production":
        return failure("clock", f"was moved by {shift}", "This database belonged to a demo; begin with an empty one.")
    if apart > APART:
        todo = "Run NTP on both; one-time passwords and webhooks fail when clocks differ by half a minute."
        return failure("clock", f"this machine and the database differ by {apart:.1f} s", todo)
    return good("clock", f"differs by {apart:.1f} s")


def reference_data(db: Database, _: Settings) -> Finding:
    """Regions and kinds of produce were loaded."""
    with db.reading() as session:
        provinces, kinds = len(places.children(session, None)), len(products.list_all(session))
    said = f"{provinces} provinces, {kinds} kinds of produce"
    if not (provinces and kinds):
        return failure("reference data", said, "Run `agrimarket seed`.")
    return good("reference data", said)


def operators(db: Database, _: Settings) -> Finding:
    """Somebody can sign in as an operator."""
    with db.reading() as session:
        count = len(_operators(session))
    if not count:
        return failure("operators", "there is none", "Run `agrimarket staff add EMAIL --role operator`.")
    if count == 1:
        todo = "Bank accounts take two: add another with `agrimarket staff add`."
        return warning("operators", "there is one", todo)
    return good("operators", f"there are {count}")


def sealed(db: Database, _: Settings) -> Finding:
    """The encryption key is the one that this database's columns were encrypted with."""
    with db.reading() as session:
        known = [member.email for member in _operators(session) if member.email]
        if not known:
            return good("sealed columns", "none to try")
        try:
            staff.login_of(session, known[0])
        except InvalidTag:
            todo = "Set AGRIMARKET_ENCRYPTION_KEY to the key that belongs to this database (or to its backup)."
            return failure("sealed columns", "cannot be opened with this key", todo)
    return good("sealed columns", "can be opened")


def demo_people(db: Database, settings: Settings) -> Finding:
    """Nobody with a public password is in a production system."""
    if settings.environment != "production":
        return good("demo people", "belong to an embedded run")
    with db.reading() as session:
        demo = {one.email for one in STAFF}
        found = [m.email for m in staff.members(session, limit=MANY) if m.email in demo and not m.disabled_at]
    if found:
        todo = "This database belonged to a demo, whose passwords are public; begin with an empty one."
        return failure("demo people", f"{len(found)} can sign in", todo)
    return good("demo people", "are not here")


def schedules(db: Database, _: Settings) -> Finding:
    """Every schedule started its last slot in time."""
    with db.reading() as session:
        now = clock.read(session)
        last = schedule.last_slots(session, [each.name for each in SCHEDULES])
    late = [each.name for each in SCHEDULES if schedule.is_late(each, now, last.get(each.name), GRACE)]
    if late:
        todo = "Start the scheduler: `python -m workers.scheduler` (compose service `scheduler`)."
        return failure("schedules", f"{len(late)} of {len(SCHEDULES)} stand still, among them {late[0]}", todo)
    return good("schedules", f"all {len(SCHEDULES)} tick")


def work(db: Database, _: Settings) -> Finding:
    """Relay and worker keep up."""
    with db.reading() as session:
        backlog = deliveries.backlog(session)
        overdue = deliveries.overdue(session)
    said = (
        f"{backlog.unrelayed} not relayed, {backlog.waiting} waiting, the oldest for {max(overdue, backlog.lag):.0f} s"
    )
    if overdue > BEHIND or backlog.lag > SLOW:
        todo = "Start relay and worker (compose services `relay` and `worker`), or more of them; see their logs."
        return failure("work", said, todo)
    return good("work", said)


def dead_letters(db: Database, settings: Settings) -> Finding:
    """Nothing has failed at every attempt."""
    with db.reading() as session:
        waiting = deliveries.dead_waiting(session)
    if waiting.count:
        todo = f"Try again or give up at {settings.base_url}/desk/dead-letters."
        since = f"{waiting.oldest:%Y-%m-%d %H:%M} UTC"
        return warning("failed work", f"{waiting.count} waiting, the oldest since {since}", todo)
    return good("failed work", "none")


def _operators(session: Session) -> list[StaffMember]:
    return [member for member in staff.members(session, limit=MANY) if Role.OPERATOR in member.roles]
