"""Files are done thing by thing, each in a transaction of its own: no lock is long, and a crash repeats nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from agrimarket.accounts.service import mandates
from agrimarket.bulk.events import LOADING
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind, RowState
from agrimarket.bulk.types import Row
from agrimarket.integrations.sheet_rows import Fault, refused
from agrimarket.kernel import outbox
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import reference

log = structlog.get_logger(__name__)
AT_ONCE: Final = 500
"""Things that one delivery does before it hands over to the next, so that none takes long."""

BROKEN: Final = Fault("", "bulk_row_failed", {})
"""Fault of a row that the database refused."""

Act = Callable[[Session, Principal, Sequence[Row]], None]
"""Does what the rows about one thing say, and settles them."""


def load(db: Database, kind: Kind, file_id: UUID, act: Act, columns: Mapping[str, str]) -> None:
    """Do up to `AT_ONCE` things of a file that was started; the next delivery does the rest.

    A thing that is refused fails alone. Two calls at once share the work.
    """
    with db.reading() as session:
        owner = files.owner_of(session, kind, file_id)
    if owner is None:
        return
    for _ in range(AT_ONCE):
        if not _next(db, owner[1], file_id, act, columns):
            with db.transaction() as session:
                files.finish(session, file_id, kind)
            return
    with db.transaction() as session:
        outbox.record(session, LOADING[kind](file_id=file_id))


def _next(db: Database, principal: Principal, file_id: UUID, act: Act, columns: Mapping[str, str]) -> bool:
    with db.transaction() as session:
        rows = files.claim(session, file_id)
        if rows:
            attempt(session, principal, rows, act, columns)
    failpoint("bulk.thing_done")
    return bool(rows)


def attempt(session: Session, principal: Principal, rows: Sequence[Row], act: Act, columns: Mapping[str, str]) -> None:
    """Do it, or record why it was refused: then nothing else of it stays.

    Who uploaded the file must be allowed to sell for its seller still.
    """
    try:
        with session.begin_nested():
            mandates.require_standing(session, principal.person_id, principal.require_seller())
            act(session, principal, rows)
            session.flush()  # what the database refuses is refused here
    except (DomainError, IntegrityError, DataError) as error:
        log.warning(
            "bulk_row_failed", file=reference("bulk_file", rows[0].file_id), row=rows[0].number, error=str(error)
        )
        for row in rows:
            session.refresh(row)  # as it was before it was tried
        fault = refused(error, columns, principal.language) if isinstance(error, DomainError) else BROKEN
        files.settle(rows, RowState.FAILED, [fault])
