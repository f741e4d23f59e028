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
    "agrimarket.onboarding.models.appeals",
    "agrimarket.onboarding.models.applications",
    "agrimarket.onboarding.models.documents",
    "agrimarket.onboarding.models.imports",
    "agrimarket.catalog.models",
    "agrimarket.orders.models",
    "agrimarket.coaching.models",
    "agrimarket.notifications.models",
)

for _name in _WITH_TABLES:
    if find_spec(_name):
        _models = import_module(_name)
        for _module in iter_modules(getattr(_models, "__path__", ()), f"{_name}."):
            import_module(_module.name)

metadata = SQLModel.metadata
