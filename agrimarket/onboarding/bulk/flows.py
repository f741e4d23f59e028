"""Checking a file between two looks at the database, and loading it batch by batch."""

from uuid import UUID

from agrimarket.kernel import outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.bulk import loading, rules, service, sheets, views
from agrimarket.onboarding.bulk.events import ImportLoading
from agrimarket.onboarding.bulk.schemas import ImportOut


def check_file(
    db: Database,
    idempotency: Idempotency,
    principal: Principal,
    content: bytes,
    file_name: str,
    on_behalf_of: str | None,
    language: str,
) -> ImportOut:
    """The dry run: every row is read and judged outside any transaction, then all is kept in one.

    Whatever `service.importer_for`, `sheets.read` and `rules.columns_of` refuse; nothing is kept then.
    """
    with db.reading() as session:
        importer_id = service.importer_for(session, principal, on_behalf_of)
    sheet = sheets.read(content, rules.known_columns)
    columns = rules.columns_of(sheet.header)
    with db.reading() as session:
        regions = service.region_answers(session, rules.regions_in(columns, sheet.rows))
    checked = rules.check(columns, sheet.rows, regions)

    def keep() -> ImportOut:
        return views.imported(service.keep(session, principal, importer_id, file_name, sheet, checked), language)

    with db.transaction() as session:
        return idempotency.run(session, ImportOut, keep)


def load(db: Database, import_id: UUID) -> None:
    """Load up to `rules.BATCHES` batches, each in a transaction of its own; the rest is handed to the next delivery.

    Whoever is killed in between leaves whole batches; running it again goes on with the next row.
    """
    for batch in range(1, rules.BATCHES + 1):
        with db.transaction() as session:
            more = loading.load_batch(session, import_id)
            if more and batch == rules.BATCHES:
                outbox.record(session, ImportLoading(import_id=import_id))
        failpoint("import.batch_loaded")
        if not more:
            return
