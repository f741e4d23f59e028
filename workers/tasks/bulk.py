"""What happens after an import was started."""

from agrimarket.kernel.db import Database
from agrimarket.onboarding.bulk import flows
from agrimarket.onboarding.bulk.events import ImportLoading
from workers.handling import flow


@flow(ImportLoading)
def load(db: Database, event: ImportLoading) -> None:
    """Its rows are loaded, batch by batch."""
    flows.load(db, event.import_id)
