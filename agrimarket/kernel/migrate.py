"""Migration of a database's schema to the newest revision."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine


def alembic_config(database_url: str) -> Config:
    """Alembic's configuration: the migrations of this package, on that database."""
    config = Config()
    config.set_main_option("script_location", str(files("agrimarket").joinpath("migrations")))
    config.attributes["database_url"] = database_url
    return config


def is_current(database_url: str) -> bool:
    """Whether the schema is at the newest revision."""
    engine = create_engine(database_url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
    finally:
        engine.dispose()
    return set(heads) == set(ScriptDirectory.from_config(alembic_config(database_url)).get_heads())


def upgrade(database_url: str) -> bool:
    """Apply missing revisions; True if there were any. Two runs at once take turns."""
    if is_current(database_url):
        return False
    command.upgrade(alembic_config(database_url), "head")
    return True
