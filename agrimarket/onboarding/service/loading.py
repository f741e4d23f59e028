"""Loading the rows of an import: a filing and its row's state commit together; a crash loses and repeats none."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.kernel import clock, states
from agrimarket.kernel.crypto import blind_index, encrypt
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.resources import reference
from agrimarket.onboarding.models.imports import ImportRow, MemberImport
from agrimarket.onboarding.queries import filings
from agrimarket.onboarding.queries import imports as queries
from agrimarket.onboarding.rules import product_key, spoils_after
from agrimarket.onboarding.service.filings import NAME_CONTEXT
from agrimarket.onboarding.service.imports import unseal
from agrimarket.onboarding.states import IMPORT_TRANSITIONS, ROW_TRANSITIONS, ImportState, RowState

log = structlog.get_logger(__name__)
BATCH: Final = 200
"""Rows that are loaded in one transaction."""
BATCHES: Final = 10
"""Batches that one delivery loads before it hands over to the next, so that none takes long."""

Values = Mapping[int, dict[str, Any]]
"""Values of rows (`CheckedRow.values`) by row number."""
Outcome = dict[int, tuple[RowState, UUID | None]]
"""Outcomes of rows, and the filing that each made, by row number."""


def load_batch(session: Session, import_id: UUID, size: int = BATCH) -> bool:
    """Load the next `size` rows of an import that is `loading`; returns whether there may be more.

    Two calls at once take turns, by the lock on the import. A row that the database refuses is `failed`, and no other
    row with it.
    """
    owner = queries.one(session, import_id, None, lock=True)
    if owner is None or owner.state != ImportState.LOADING:
        return False
    rows = queries.rows_after(session, owner.id, RowState.READY, 0, size)
    if rows:
        _settle(owner, rows, _load(session, owner, rows))
    if len(rows) == size:
        return True
    states.move(owner, ImportState.LOADED, IMPORT_TRANSITIONS)
    owner.ended_at = clock.read(session)
    return False


def _settle(owner: MemberImport, rows: Sequence[ImportRow], outcome: Outcome) -> None:
    for row in rows:
        state, row.filing_id = outcome[row.number]
        states.move(row, state, ROW_TRANSITIONS)
        setattr(owner, state.value, getattr(owner, state.value) + 1)


def _load(session: Session, owner: MemberImport, rows: Sequence[ImportRow]) -> Outcome:
    said = {row.number: unseal(owner.id, row.number, row.sealed)[1] or {} for row in rows}
    language = people.contact(session, owner.importer_id).language
    try:
        with session.begin_nested():
            return _file(session, owner, language, said)
    except (DomainError, IntegrityError, DataError):
        return {number: _file_one(session, owner, language, number, values) for number, values in said.items()}


def _file_one(
    session: Session, owner: MemberImport, language: str, number: int, values: dict[str, Any]
) -> tuple[RowState, UUID | None]:
    try:
        with session.begin_nested():
            return _file(session, owner, language, {number: values})[number]
    except (DomainError, IntegrityError, DataError) as error:
        log.warning("import_row_failed", id=reference("import", owner.id), row=number, error=type(error).__name__)
        return RowState.FAILED, None


def _file(session: Session, owner: MemberImport, language: str, said: Values) -> Outcome:
    """Find or make the person of each row, and their filing; people are locked in the order of their phones."""
    by_phone = sorted(said, key=lambda number: said[number]["phone"])
    members = {number: people.with_phone(session, said[number]["phone"], language) for number in by_phone}
    now = clock.read(session)
    keys = {number: (members[number], product_key(said[number]["product"])) for number in said}
    put = filings.put(session, [_row(owner, *keys[number], said[number], now) for number in said])
    known = filings.ids_of(session, owner.importer_id, [key for key in keys.values() if key not in put])
    outcome: Outcome = {}
    for number, key in keys.items():
        if key in put:
            filing_id, new = put[key]
            outcome[number] = (RowState.LOADED if new else RowState.UPDATED, filing_id)
        else:
            outcome[number] = (RowState.KNOWN, known[key])
    return outcome


def _row(owner: MemberImport, person_id: UUID, key: str, values: dict[str, Any], now: datetime) -> dict[str, Any]:
    canonical = json.dumps(values, ensure_ascii=False, sort_keys=True)
    return {
        "id": new_id(),
        "importer_id": owner.importer_id,
        "person_id": person_id,
        "import_id": owner.id,
        "name": encrypt(values["name"], context=NAME_CONTEXT),
        "region_code": values["region_code"],
        "product": values["product"],
        "product_key": key,
        "grams": values["grams"],
        "quantity_text": values["quantity_text"],
        "spoils_at": spoils_after(now, values["spoils_in_days"]),
        "note": values["note"] or "",
        "digest": blind_index(canonical, context="member_filing"),
    }
