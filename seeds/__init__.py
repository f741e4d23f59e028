"""Real reference data and a demo market, loaded through the services.

`python -m seeds` loads all of it into the configured database; sets that are there already are skipped by fingerprint.
"""

from collections.abc import Callable

from agrimarket.drive import drive_or_exit
from agrimarket.kernel.db import Database
from agrimarket.settings import Settings, get_settings


def load_all(
    progress: Callable[[str], None] = print, *, db: Database | None = None, settings: Settings | None = None
) -> None:
    """Load every seed set that the database does not have yet, telling `progress` one line about each.

    A set is loaded whole or not at all. Safe to run again, or twice at once. Raises the errors of the services.
    """
    from agrimarket.migrations.tables import every_table
    from seeds.loading import load
    from seeds.sets import seed_sets

    drive_or_exit()
    every_table()
    settings = settings or get_settings()
    database = db or Database(settings.database_url, pool_size=1, application_name="agrimarket-seeds")
    try:
        for seeds in seed_sets(settings):
            progress(load(database, seeds))
    finally:
        if db is None:
            database.close()


def demo_accounts() -> list[tuple[str, str, str]]:
    """Every demo account as (sign-in name, who, what to enter then); they exist in embedded runs only."""
    from seeds.people import demo_accounts as accounts

    return accounts()


def how_to_sign_in() -> str:
    """What the words of `demo_accounts` mean: the password, and where codes come from."""
    from seeds.people import HOW

    return HOW
