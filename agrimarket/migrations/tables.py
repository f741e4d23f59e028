"""All tables of all packages."""

from importlib import import_module
from pkgutil import iter_modules

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
    "agrimarket.bulk.models",
    "agrimarket.onboarding.models.appeals",
    "agrimarket.onboarding.models.applications",
    "agrimarket.onboarding.models.documents",
    "agrimarket.onboarding.models.imports",
    "agrimarket.onboarding.models.opinions",
    "agrimarket.catalog.models.listings",
    "agrimarket.catalog.models.proposals",
    "agrimarket.catalog.models.clearance",
    "agrimarket.orders.models",
    "agrimarket.coaching.models",
    "agrimarket.notifications.models",
)


def every_table() -> MetaData:
    """Metadata with the tables of all packages, whose models it imports.

    Every process that writes calls this first: packages refer to each other's tables by name alone, and SQLAlchemy
    writes a row only if it knows the tables to which the row's table refers.
    """
    for name in _WITH_TABLES:
        models = import_module(name)
        for module in iter_modules(getattr(models, "__path__", ()), f"{name}."):
            import_module(module.name)
    return SQLModel.metadata


metadata = every_table()
