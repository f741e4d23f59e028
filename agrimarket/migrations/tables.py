"""All tables, for migrations and tests: importing this module imports every package's models."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from sqlmodel import SQLModel

_WITH_TABLES = (
    "agrimarket.kernel.outbox",
    "agrimarket.kernel.external_events",
    "agrimarket.kernel.idempotency",
    "agrimarket.kernel.schedule",
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

for _name in _WITH_TABLES:
    if find_spec(_name):
        for _inner in iter_modules(getattr(import_module(_name), "__path__", ())):
            import_module(f"{_name}.{_inner.name}")

metadata = SQLModel.metadata
