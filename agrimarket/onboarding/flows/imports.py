"""Imports: a file is checked outside any transaction, and loaded batch by batch."""

from uuid import UUID

from agrimarket.integrations import sheets
from agrimarket.kernel import outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.events import ImportLoading
from agrimarket.onboarding.imports import columns, rows
from agrimarket.onboarding.schemas.imports import ImportOut
from agrimarket.onboarding.service import imports, loading


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

    Refuses what `imports.importer_for`, `sheets.read` and `columns.find` refuse; nothing is kept then.
    """
    with db.reading() as session:
        importer_id = imports.importer_for(session, principal, on_behalf_of)
    sheet = sheets.read(content, columns.known)
    header = columns.find(sheet.header, sheet.delimiter)
    with db.reading() as session:
        regions = imports.region_answers(session, rows.regions_in(header, sheet.rows))
    checked = rows.check(header, sheet.rows, regions)

    def keep() -> ImportOut:
        return ImportOut.of(imports.keep(session, principal, importer_id, file_name, sheet, checked), language)

    with db.transaction() as session:
        return idempotency.run(session, ImportOut, keep)


def load(db: Database, import_id: UUID) -> None:
    """Load up to `loading.BATCHES` batches, each in a transaction of its own; the next delivery loads the rest.

    A process that is killed in between leaves whole batches; running it again goes on with the next row.
    """
    for batch in range(1, loading.BATCHES + 1):
        with db.transaction() as session:
            more = loading.load_batch(session, import_id)
            if more and batch == loading.BATCHES:
                outbox.record(session, ImportLoading(import_id=import_id))
        failpoint("import.batch_loaded")
        if not more:
            return
