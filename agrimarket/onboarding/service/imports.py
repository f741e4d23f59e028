"""Imports: files of members and their produce, checked row by row, then read, started, cancelled and exported."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, sellers
from agrimarket.accounts.states import SellerKind
from agrimarket.integrations import sheets
from agrimarket.integrations.sheet_rows import Fault, padded
from agrimarket.integrations.sheets import Sheet
from agrimarket.kernel import clock, ids, outbox, states
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import DomainError, NotFound, found
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import PREFIXES, reference
from agrimarket.onboarding.errors import (
    NotACooperative,
    NothingToLoad,
    RegionTooWide,
    SeveralRegions,
    TooManyRegions,
)
from agrimarket.onboarding.events import ImportLoading
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.imports.rows import MAX_REGIONS, CheckedRow, RegionAnswer
from agrimarket.onboarding.models.imports import ImportRow, MemberImport
from agrimarket.onboarding.queries import applications, filings
from agrimarket.onboarding.queries import imports as queries
from agrimarket.onboarding.service import appeals
from agrimarket.onboarding.states import (
    IMPORT_TRANSITIONS,
    OPEN,
    ApplicationKind,
    ApplicationState,
    ImportState,
    RowState,
)
from agrimarket.onboarding.types import ImportSummary, OpenedRow
from agrimarket.regions.errors import OriginNotServed
from agrimarket.typed import text

_SELLERS = (SellerKind.COOPERATIVE, SellerKind.ENTERPRISE)
_APPLICANTS = (ApplicationKind.COOPERATIVE, ApplicationKind.ENTERPRISE)
_CODE = re.compile(r"^[0-9]{6}$")
_CANDIDATES = 4
"""Number of places of the same name that a fault lists at most."""


def importer_for(session: Session, principal: Principal, on_behalf_of: str | None) -> UUID:
    """Person in whose name a file is imported: the caller, or for an operator that of a seller or applicant.

    `NotACooperative` unless that person sells, or applies to sell, as a cooperative or an enterprise. `NotFound` for
    an id that does not exist, or that the caller may not act for.
    """
    if on_behalf_of:
        if not principal.has(Role.OPERATOR):
            raise NotFound(pointer="/on_behalf_of")
        person_id, seller_id = _represented(session, on_behalf_of)
    else:
        person_id, seller_id = principal.person_id, principal.seller_id
    if seller_id is not None and sellers.get(session, seller_id).kind in _SELLERS:
        return person_id
    live = (*OPEN, ApplicationState.APPROVED)
    theirs = applications.of_person(session, person_id)
    if not any(each.person_id == person_id and each.kind in _APPLICANTS and each.state in live for each in theirs):
        raise NotACooperative
    return person_id


def _represented(session: Session, wire_id: str) -> tuple[UUID, UUID | None]:
    """(person, seller) of a seller's or an application's id, as an operator typed it."""
    if wire_id.startswith(f"{PREFIXES['seller']}_"):
        seller_id = ids.parse(PREFIXES["seller"], wire_id)
        seller = found(sellers.by_ids(session, [seller_id]).get(seller_id), pointer="/on_behalf_of")
        return seller.person_id, seller.id
    application_id = ids.parse(PREFIXES["application"], wire_id)
    application = found(applications.one(session, application_id), pointer="/on_behalf_of")
    return application.person_id, application.seller_id


def region_answers(session: Session, typed: Iterable[str]) -> dict[str, RegionAnswer]:
    """Code or fault of each typed region; at most one statement each. `TooManyRegions`."""
    texts = sorted(set(typed))
    if len(texts) > MAX_REGIONS:
        raise TooManyRegions(pointer="/file", regions=MAX_REGIONS)
    return {text: _region(session, text) for text in texts}


def _region(session: Session, typed: str) -> RegionAnswer:
    text = unicodedata.normalize("NFKC", typed).replace("\0", "")
    code, name = (text, None) if _CODE.match(text) else (None, text)
    try:
        return appeals.find_region(session, code, name).code
    except (SeveralRegions, RegionTooWide) as refusal:
        listed = [f"{each['name']} {each['code']}" for each in refusal.values["candidates"][:_CANDIDATES]]
        fault = "bulk_region_ambiguous" if isinstance(refusal, SeveralRegions) else "bulk_region_too_wide"
        return Fault("region", fault, {"candidates": "、".join(listed)})
    except OriginNotServed as refusal:
        return Fault("region", "bulk_origin_not_served", {"places": refusal.values["places"]})
    except DomainError:  # no such code, or no such name
        return Fault("region", "bulk_region_unknown", {})


def keep(
    session: Session,
    principal: Principal,
    importer_id: UUID,
    file_name: str,
    sheet: Sheet,
    checked: Sequence[CheckedRow],
) -> ImportSummary:
    """Keep a file with its findings. Nothing of it takes effect before `start`."""
    row = MemberImport(
        importer_id=importer_id,
        uploaded_by=principal.person_id,
        file_name=text.file_name(file_name)[-200:],
        format=sheet.format,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header=sheet.header,
        total=len(checked),
        faulty=sum(bool(each.faults) for each in checked),
        created_at=clock.read(session),
    )
    session.add(row)
    session.flush()  # its rows refer to it
    queries.insert_rows(session, row.id, [_sealed(row.id, each) for each in checked])
    _audit(session, principal, "import.checked", row, {"rows": row.total})
    return ImportSummary(row, {})


def _audit(
    session: Session, principal: Principal, action: str, row: MemberImport, details: dict[str, Any] | None = None
) -> None:
    audit.record(session, principal, action, reference("import", row.id), details or {})


def _context(import_id: UUID, number: int) -> str:
    return f"import_row.{import_id}.{number}"


def _sealed(import_id: UUID, row: CheckedRow) -> tuple[int, bytes, str, str]:
    content = json.dumps([row.cells, row.values], ensure_ascii=False)
    faults = json.dumps([asdict(fault) for fault in row.faults], ensure_ascii=False)
    state = RowState.ERROR if row.faults else RowState.READY
    return row.number, encrypt(content, context=_context(import_id, row.number)), faults, state.value


def unseal(import_id: UUID, number: int, sealed: bytes) -> tuple[list[str], dict[str, Any] | None]:
    """Cells of a row as typed, and their values as read (None if the row has a fault)."""
    cells, values = json.loads(decrypt(sealed, context=_context(import_id, number)))
    return cells, values


def _scope(principal: Principal) -> UUID | None:
    return None if principal.has(Role.OPERATOR) else principal.person_id


def visible(session: Session, principal: Principal, import_id: UUID, *, lock: bool = False) -> MemberImport:
    """Import of that person, or any for an operator; `NotFound` otherwise."""
    return found(queries.one(session, import_id, _scope(principal), lock=lock))


def _opened(session: Session, principal: Principal, import_id: UUID, action: str) -> MemberImport:
    """Import whose rows are to be shown; an operator's access to another's is audited. `NotFound` as in `visible`."""
    row = visible(session, principal, import_id)
    if row.importer_id != principal.person_id:
        _audit(session, principal, action, row)
    return row


def read(session: Session, principal: Principal, import_id: UUID) -> ImportSummary:
    """Import with the members' answers; `NotFound` as in `visible`. Two statements."""
    return _summary(session, visible(session, principal, import_id))


def _summary(session: Session, row: MemberImport) -> ImportSummary:
    return ImportSummary(row, filings.count_answers(session, row.id))


def listed(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[ImportSummary]:
    """Imports of that person, or everyone's for an operator, newest first; without the members' answers."""
    return [ImportSummary(row, {}) for row in queries.of_person(session, _scope(principal), before, limit)]


def rows(
    session: Session, principal: Principal, import_id: UUID, state: RowState | None, after: int, limit: int
) -> tuple[MemberImport, list[OpenedRow]]:
    """The import, and its rows beyond the number `after`, in the file's order, as typed."""
    row = _opened(session, principal, import_id, "import.rows_read")
    return row, [_open(row, each) for each in queries.rows_after(session, row.id, state, after, limit)]


def _open(owner: MemberImport, row: ImportRow) -> OpenedRow:
    cells, _ = unseal(owner.id, row.number, row.sealed)
    faults = [Fault(each["column"], each["code"], each["params"]) for each in row.faults]
    return OpenedRow(row.number, RowState(row.state), padded(cells, len(owner.header)), faults)


def export(
    session: Session, principal: Principal, import_id: UUID, file_format: str, state: RowState | None = None
) -> bytes:
    """The file's rows as they were typed, under its own header; only those in `state` if given."""
    row = _opened(session, principal, import_id, "import.exported")
    sealed = queries.sealed_rows(session, row.id, state)
    lines = (padded(unseal(row.id, each.number, each.sealed)[0], len(row.header)) for each in sealed)
    if file_format == "xlsx":
        return sheets.write_xlsx(row.header, lines)
    return sheets.write_csv(row.header, lines, row.delimiter or ",")


def template(file_format: str, language: str) -> bytes:
    """A file with nothing but the header, in that language."""
    header = columns.HEADERS[language]
    return sheets.write_xlsx(header, ()) if file_format == "xlsx" else sheets.write_csv(header, ())


def start(session: Session, principal: Principal, import_id: UUID) -> ImportSummary:
    """Start loading the valid rows in the background. Starting twice is the same as once.

    Records `ImportLoading`. `NothingToLoad` if no row is valid; `IllegalTransition` after `cancel`.
    """
    row = visible(session, principal, import_id, lock=True)
    if row.state not in (ImportState.LOADING, ImportState.LOADED):
        if row.total == row.faulty:
            raise NothingToLoad
        states.move(row, ImportState.LOADING, IMPORT_TRANSITIONS)
        row.started_at = clock.read(session)
        _audit(session, principal, "import.started", row)
        outbox.record(session, ImportLoading(import_id=row.id))
        session.flush()  # the answer shows what is stored
    return _summary(session, row)


def cancel(session: Session, principal: Principal, import_id: UUID) -> ImportSummary:
    """Load no more rows; loaded ones stay. Cancelling twice is the same as once."""
    row = visible(session, principal, import_id, lock=True)
    if row.state != ImportState.CANCELLED:
        states.move(row, ImportState.CANCELLED, IMPORT_TRANSITIONS)
        row.ended_at = clock.read(session)
        _audit(session, principal, "import.cancelled", row)
        session.flush()  # the answer shows what is stored
    return _summary(session, row)
