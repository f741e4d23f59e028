"""Alembic's environment: one transaction for each revision, under a lock, never waiting long for a table."""

from alembic import context
from sqlalchemy import create_engine, text

from agrimarket.migrations.tables import metadata

LOCK = 0x6167_7269  # "agri"


def run() -> None:
    connectable = create_engine(context.config.attributes["database_url"], hide_parameters=True)
    with connectable.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.execute(text("SET lock_timeout = '3s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()
    connectable.dispose()


run()
