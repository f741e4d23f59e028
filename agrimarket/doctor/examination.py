"""The doctor's checks in the order in which parts stand on each other.

A check that cannot be made says so as a failure of its part; none stops the others, but for the database, without
which nothing about what is in it can be said.
"""

from collections.abc import Callable, Generator

from agrimarket.doctor import around, inside
from agrimarket.doctor.findings import Finding, Mark, failure
from agrimarket.kernel.db import Database
from agrimarket.kernel.masking import mask_error
from agrimarket.settings import Settings

AROUND: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
    ("drive", around.drive),
    ("address", around.address),
    ("secrets", around.secrets),
    ("broker", around.broker),
    ("cache", around.cache),
    ("files", around.files),
    ("stripe", around.stripe),
    ("sms", around.sms),
    ("e-mail", around.email),
    ("metrics", around.metrics),
)
INSIDE: tuple[tuple[str, Callable[[Database, Settings], Finding]], ...] = (
    ("clock", inside.clock_),
    ("reference data", inside.reference_data),
    ("operators", inside.operators),
    ("sealed columns", inside.sealed),
    ("demo people", inside.demo_people),
    ("schedules", inside.schedules),
    ("work", inside.work),
    ("failed work", inside.dead_letters),
)


def examine(settings: Settings) -> Generator[Finding]:
    """Every finding, as it is made."""
    yield (database := _made("database", lambda: around.refused(settings, "database") or around.database(settings)))
    schema = None
    if database.mark is not Mark.FAILURE:
        yield (schema := _made("schema", lambda: around.schema(settings)))
    for name, check in AROUND:
        yield _made(name, lambda name=name, check=check: around.refused(settings, name) or check(settings))
    if schema is None or schema.mark is Mark.FAILURE:
        return
    db = Database(settings.database_url, pool_size=1, application_name="agrimarket-doctor")
    try:
        for name, look in INSIDE:
            yield _made(name, lambda look=look: look(db, settings))
    finally:
        db.close()


def _made(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # whatever a broken part raises is what there is to say about it
        told = mask_error(str(error)).strip().splitlines() or [""]
        return failure(name, f"{type(error).__name__}: {told[0]}", "See docs/guides/deploy.md, “When something fails”.")
