"""Use cases of imports: keep a checked file, look at it, start it, stop it, give it back."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, sellers
from agrimarket.accounts.states import SellerKind
from agrimarket.kernel import clock, ids, outbox, states
from agrimarket.kernel.crypto import decrypt, encrypt
from agrimarket.kernel.errors import DomainError, NotFound
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding import queries as applications
from agrimarket.onboarding.bulk import queries, rules, sheets
from agrimarket.onboarding.bulk.errors import NotACooperative, NothingToLoad, TooManyRegions
from agrimarket.onboarding.bulk.events import ImportLoading
from agrimarket.onboarding.bulk.models import ImportRow, MemberImport
from agrimarket.onboarding.bulk.rules import Checked, Fault, RegionAnswer
from agrimarket.onboarding.bulk.sheets import Sheet
from agrimarket.onboarding.bulk.states import IMPORT, FilingState, ImportState, RowState
from agrimarket.onboarding.errors import RegionAmbiguous, RegionTooWide
from agrimarket.onboarding.service.appeals import find_region
from agrimarket.onboarding.states import OPEN, ApplicationKind, ApplicationState

_MAY_IMPORT = (SellerKind.COOPERATIVE, SellerKind.ENTERPRISE)
_APPLY_TO = (ApplicationKind.COOPERATIVE, ApplicationKind.ENTERPRISE)
_CODE = re.compile(r"^[0-9]{6}$")
_SHOWN = 4
"""How many places of the same name a fault lists."""


@dataclass(frozen=True, slots=True)
class Imported:
    """An import, and what the members have said to it so far."""

    row: MemberImport
    answers: Mapping[str, int]

    @property
    def done(self) -> int:
        """Rows that have been dealt with."""
        return self.row.loaded + self.row.updated + self.row.known + self.row.failed

    @property
    def ready(self) -> int:
        """Rows that are right and wait."""
        return self.row.total - self.row.faulty - self.done

    def said(self, state: FilingState) -> int:
        """How many members said so."""
        return self.answers.get(state, 0)


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row in plain text, as wide as the header at least."""

    number: int
    state: RowState
    cells: list[str]
    faults: list[Fault]


def importer_for(session: Session, principal: Principal, on_behalf_of: str | None) -> UUID:
    """The person in whose name a file is taken: the caller, or for an operator that seller's or applicant's.

    They sell, or apply to sell, as a cooperative or an enterprise: `NotACooperative` otherwise. `NotFound` for an id
    that is not there, or that the caller may not act for.
    """
    if on_behalf_of:
        if not principal.has(Role.OPERATOR):
            raise NotFound(pointer="/on_behalf_of")
        person_id, seller_id = _represented(session, on_behalf_of)
    else:
        person_id, seller_id = principal.person_id, principal.seller_id
    if seller_id is not None and sellers.get(session, seller_id).kind in _MAY_IMPORT:
        return person_id
    live = (*OPEN, ApplicationState.APPROVED)
    mine = applications.applications_of(session, person_id)
    if not any(each.person_id == person_id and each.kind in _APPLY_TO and each.state in live for each in mine):
        raise NotACooperative
    return person_id


def _represented(session: Session, wire_id: str) -> tuple[UUID, UUID | None]:
    if wire_id.startswith("sel_"):
        seller_id = ids.parse("sel", wire_id)
        seller = sellers.by_ids(session, [seller_id]).get(seller_id)
        if seller is None:
            raise NotFound(pointer="/on_behalf_of")
        return seller.person_id, seller.id
    application = applications.any_application(session, ids.parse("app", wire_id))
    if application is None:
        raise NotFound(pointer="/on_behalf_of")
    return application.person_id, application.seller_id


def region_answers(session: Session, typed: Iterable[str]) -> dict[str, RegionAnswer]:
    """What each typed region means; at most one statement each. `TooManyRegions`."""
    texts = sorted(set(typed))
    if len(texts) > rules.MAX_REGIONS:
        raise TooManyRegions(pointer="/file", regions=rules.MAX_REGIONS)
    return {text: _region(session, text) for text in texts}


def _region(session: Session, typed: str) -> RegionAnswer:
    text = unicodedata.normalize("NFKC", typed).replace("\0", "")
    try:
        found = find_region(session, text, None) if _CODE.match(text) else find_region(session, None, text)
    except (RegionAmbiguous, RegionTooWide) as refusal:
        listed = [f"{each['name']} {each['code']}" for each in refusal.values["candidates"][:_SHOWN]]
        code = "bulk_region_ambiguous" if isinstance(refusal, RegionAmbiguous) else "bulk_region_too_wide"
        return Fault("region", code, {"candidates": "、".join(listed)})
    except DomainError:  # no such code, or no such name
        return Fault("region", "bulk_region_unknown", {})
    return found.code


def keep(
    session: Session, principal: Principal, importer_id: UUID, file_name: str, sheet: Sheet, checked: Sequence[Checked]
) -> Imported:
    """Keep a file with what was found in it. Nothing of it takes effect before `start`."""
    row = MemberImport(
        importer_id=importer_id,
        uploaded_by=principal.person_id,
        file_name=_file_name(file_name),
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
    queries.insert_rows(session, row.id, [_stored(row.id, each) for each in checked])
    audit.record(session, principal, "import.checked", ids.encode("imp", row.id), {"rows": row.total})
    return Imported(row, {})


def _file_name(given: str) -> str:
    """The last part of a file's name, without what hides or turns around the rest of it."""
    last = re.split(r"[/\\]", given)[-1]
    return "".join(c for c in last if unicodedata.category(c)[0] != "C")[-200:]


def _context(import_id: UUID, number: int) -> str:
    return f"import_row.{import_id}.{number}"


def _stored(import_id: UUID, row: Checked) -> tuple[int, bytes, str, str]:
    content = json.dumps([row.cells, row.values], ensure_ascii=False)
    faults = json.dumps([asdict(fault) for fault in row.faults], ensure_ascii=False)
    state = RowState.ERROR if row.faults else RowState.READY
    return row.number, encrypt(content, context=_context(import_id, row.number)), faults, state.value


def unseal(import_id: UUID, number: int, sealed: bytes) -> tuple[list[str], dict[str, Any] | None]:
    """A row's cells as typed, and what they were read as (None where something is wrong)."""
    cells, values = json.loads(decrypt(sealed, context=_context(import_id, number)))
    return cells, values


def _scope(principal: Principal) -> UUID | None:
    return None if principal.has(Role.OPERATOR) else principal.person_id


def _found(session: Session, principal: Principal, import_id: UUID, *, lock: bool = False) -> MemberImport:
    row = queries.found(session, import_id, _scope(principal), lock=lock)
    if row is None:
        raise NotFound
    return row


def _opened(session: Session, principal: Principal, import_id: UUID, action: str) -> MemberImport:
    """For who is shown what is in it; that an operator was is audited."""
    row = _found(session, principal, import_id)
    if row.importer_id != principal.person_id:
        audit.record(session, principal, action, ids.encode("imp", row.id), {})
    return row


def read(session: Session, principal: Principal, import_id: UUID) -> Imported:
    """That person's import, or any for an operator; `NotFound` otherwise. Two statements."""
    row = _found(session, principal, import_id)
    return Imported(row, queries.answers(session, row.id))


def listed(session: Session, principal: Principal, before: UUID | None, limit: int) -> list[Imported]:
    """That person's imports, or everyone's for an operator, newest first; without what members said."""
    return [Imported(row, {}) for row in queries.imports_of(session, _scope(principal), before, limit)]


def rows(
    session: Session, principal: Principal, import_id: UUID, state: RowState | None, after: int, limit: int
) -> tuple[MemberImport, list[OpenedRow]]:
    """Rows beyond a number, in the file's order, as typed."""
    row = _opened(session, principal, import_id, "import.rows_read")
    return row, [_open(row, each) for each in queries.rows_after(session, row.id, state, after, limit)]


def _open(owner: MemberImport, row: ImportRow) -> OpenedRow:
    cells, _ = unseal(owner.id, row.number, row.sealed)
    faults = [Fault(each["column"], each["code"], each["params"]) for each in row.faults]
    return OpenedRow(row.number, RowState(row.state), _padded(cells, len(owner.header)), faults)


def _padded(cells: list[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def export(
    session: Session, principal: Principal, import_id: UUID, file_format: str, state: RowState | None = None
) -> bytes:
    """The file's rows as they were typed, under its own header; only those in `state` if given."""
    row = _opened(session, principal, import_id, "import.exported")
    found = queries.sealed_rows(session, row.id, state)
    lines = (_padded(unseal(row.id, each.number, each.sealed)[0], len(row.header)) for each in found)
    if file_format == "xlsx":
        return sheets.write_xlsx(row.header, lines)
    return sheets.write_csv(row.header, lines, row.delimiter or ",")


def template(file_format: str, language: str) -> bytes:
    """A file with nothing but the header, in that language."""
    header = rules.HEADERS[language]
    return sheets.write_xlsx(header, ()) if file_format == "xlsx" else sheets.write_csv(header, ())


def start(session: Session, principal: Principal, import_id: UUID) -> Imported:
    """Have the rows that are right loaded in the background. Starting twice is the same as once.

    `NothingToLoad` if no row is right; `IllegalTransition` after `cancel`.
    """
    row = _found(session, principal, import_id, lock=True)
    if row.state not in (ImportState.LOADING, ImportState.LOADED):
        if row.total == row.faulty:
            raise NothingToLoad
        states.move(row, ImportState.LOADING, IMPORT)
        row.started_at = clock.read(session)
        audit.record(session, principal, "import.started", ids.encode("imp", row.id), {})
        outbox.record(session, ImportLoading(import_id=row.id))
        session.flush()  # the answer shows what is stored
    return Imported(row, queries.answers(session, row.id))


def cancel(session: Session, principal: Principal, import_id: UUID) -> Imported:
    """Load no further row. What was loaded stays, for each row stands for itself. Cancelling twice is once."""
    row = _found(session, principal, import_id, lock=True)
    if row.state != ImportState.CANCELLED:
        states.move(row, ImportState.CANCELLED, IMPORT)
        row.ended_at = clock.read(session)
        audit.record(session, principal, "import.cancelled", ids.encode("imp", row.id), {})
        session.flush()  # the answer shows what is stored
    return Imported(row, queries.answers(session, row.id))
