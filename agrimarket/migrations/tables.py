"""All tables of all packages."""

from importlib import import_module

from sqlalchemy import MetaData
from sqlmodel import SQLModel

_WITH_TABLES = (
    "agrimarket.kernel.outbox",
    "agrimarket.kernel.external_events",
    "agrimarket.kernel.idempotency",
    "agrimarket.kernel.schedule",
    "agrimarket.kernel.seeding",
    "agrimarket.accounts.models",
    "agrimarket.regions.models",
    "agrimarket.payments.models",
    "agrimarket.onboarding.models",
    "agrimarket.onboarding.bulk.models",
    "agrimarket.catalog.models",
    "agrimarket.orders.models",
    "agrimarket.coaching.models",
    "agrimarket.notifications.models",
)


def every_table() -> MetaData:
    """The tables of all packages, whose models are imported.

    Every process that writes asks for them first: packages refer to each other's tables by name alone, and a row can
    only be written where the tables that its own refers to are known.
    """
    for name in _WITH_TABLES:
        import_module(name)
    return SQLModel.metadata


metadata = every_table()
