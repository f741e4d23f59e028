"""Loading rows: what a row makes and what became of the row commit together, so that a crash loses and doubles none."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from agrimarket.accounts.service import people
from agrimarket.kernel import clock, states
from agrimarket.kernel.crypto import blind_index, encrypt
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.ids import encode, new_id
from agrimarket.onboarding.bulk import queries, rules
from agrimarket.onboarding.bulk.models import ImportRow, MemberImport
from agrimarket.onboarding.bulk.service import unseal
from agrimarket.onboarding.bulk.states import IMPORT, ROW, ImportState, RowState
from agrimarket.onboarding.formats import product_key
from agrimarket.onboarding.rules import spoils_after

log = structlog.get_logger(__name__)
NAME = "member_filing.name"

Said = Mapping[int, dict[str, Any]]
"""What rows say, by their number."""
Outcome = dict[int, tuple[RowState, UUID | None]]


def load_batch(session: Session, import_id: UUID, size: int = rules.BATCH) -> bool:
    """Load the next `size` rows of an import that is being loaded; whether there may be more.

    Two at once take turns on the import's row. A row that the database refuses is `failed`, and alone.
    """
    owner = queries.found(session, import_id, None, lock=True)
    if owner is None or owner.state != ImportState.LOADING:
        return False
    rows = queries.rows_after(session, owner.id, RowState.READY, 0, size)
    if rows:
        _settle(owner, rows, _load(session, owner, rows))
    if len(rows) == size:
        return True
    states.move(owner, ImportState.LOADED, IMPORT)
    owner.ended_at = clock.read(session)
    return False


def _settle(owner: MemberImport, rows: Sequence[ImportRow], outcome: Outcome) -> None:
    for row in rows:
        state, row.filing_id = outcome[row.number]
        states.move(row, state, ROW)
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
        log.warning("import_row_failed", id=encode("imp", owner.id), row=number, error=type(error).__name__)
        return RowState.FAILED, None


def _file(session: Session, owner: MemberImport, language: str, said: Said) -> Outcome:
    """A person and a filing for each; people are locked in the order of their phones."""
    by_phone = sorted(said, key=lambda number: said[number]["phone"])
    members = {number: people.with_phone(session, said[number]["phone"], language) for number in by_phone}
    now = clock.read(session)
    keys = {number: (members[number], product_key(said[number]["product"])) for number in said}
    put = queries.put_filings(session, [_row(owner, *keys[number], said[number], now) for number in said])
    known = queries.filing_ids(session, owner.importer_id, [key for key in keys.values() if key not in put])
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
        "name": encrypt(values["name"], context=NAME),
        "region_code": values["region_code"],
        "product": values["product"],
        "product_key": key,
        "grams": values["grams"],
        "quantity_text": values["quantity_text"],
        "spoils_at": spoils_after(now, values["spoils_in_days"]),
        "note": values["note"] or "",
        "digest": blind_index(canonical, context="member_filing"),
    }
