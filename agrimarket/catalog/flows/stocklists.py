"""Files of listings: checked outside any transaction, and loaded row by row."""

from uuid import UUID

from agrimarket.bulk.flows import files as bulk
from agrimarket.bulk.schemas.files import BulkFileOut
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.catalog.service import stocklists
from agrimarket.catalog.stocklists import rows
from agrimarket.catalog.stocklists.columns import NEEDED, WORDS
from agrimarket.integrations import sheets
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal


def check_file(
    db: Database, idempotency: Idempotency, principal: Principal, content: bytes, file_name: str, language: str
) -> BulkFileOut:
    """The dry run: every row is read and judged outside any transaction, then all is kept in one.

    Refuses what `sheets.read`, `Vocabulary.find` and `stocklists.known` refuse; nothing is kept then.
    """
    sheet = sheets.read(content, WORDS.known)
    columns = WORDS.find(sheet.header, NEEDED, sheet.delimiter)
    with db.reading() as session:
        regions, references = rows.regions_in(columns, sheet.rows), rows.references(columns, sheet.rows)
        known = stocklists.known(session, principal, regions, references)
    checked = rows.check(columns, sheet.rows, known)

    def keep() -> BulkFileOut:
        return BulkFileOut.of(files.keep(session, principal, Kind.LISTINGS, file_name, sheet, checked), language)

    with db.transaction() as session:
        return idempotency.run(session, BulkFileOut, keep)


def load(db: Database, file_id: UUID) -> None:
    """Load the rows of a file that was started, each in a transaction of its own."""
    bulk.load(db, Kind.LISTINGS, file_id, stocklists.load, rows.POINTERS)
