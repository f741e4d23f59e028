"""JSON handlers of imports and of what was filed for members."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import get, post
from agrimarket.http.idempotency import idempotency_of
from agrimarket.http.params import Cursor
from agrimarket.kernel import ids, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import FilingId, ImportId
from agrimarket.onboarding.bulk import filings, flows, service, views
from agrimarket.onboarding.bulk.filings import Filing
from agrimarket.onboarding.bulk.schemas import FilingOut, ImportIn, ImportOut, ImportRowOut
from agrimarket.onboarding.bulk.service import Imported, OpenedRow
from agrimarket.onboarding.bulk.sheets import MAX_BYTES
from agrimarket.onboarding.bulk.states import RowState

TAGS = ["imports"]
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BODY_LIMIT = MAX_BYTES + 10_000
UPLOADS = "30/hour"
Format = Literal["csv", "xlsx"]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
InState = Annotated[RowState | None, QueryParameter(name="state")]
"""The query parameter `state`, a name that Litestar keeps for itself in handlers."""


IMPORTS: Paging[Imported, UUID] = by_id("imp", lambda each: each.row.id)
FILINGS: Paging[Filing, UUID] = by_id("fil", lambda each: each.row.id)


def _row_number(keys: Sequence[str]) -> int:
    (text,) = keys
    if len(text) > 7:
        raise ValueError(text)
    return int(text)


ROWS: Paging[OpenedRow, int] = Paging("import_rows", lambda each: [str(each.number)], _row_number)


def download(content: bytes, name: str, file_format: str) -> Response[bytes]:
    """A file to save."""
    disposition = f'attachment; filename="{name}.{file_format}"'
    return Response(content, media_type=MEDIA_TYPES[file_format], headers={"Content-Disposition": disposition})


@post("/imports", tags=TAGS, summary="Check a file of members and their produce", request_max_body_size=BODY_LIMIT)
def check_import(
    data: Annotated[ImportIn, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """The dry run, for cooperatives and enterprises that sell or apply to. Nothing is filed before `start`.

    The first row names the columns, in Chinese or English; `GET /v1/imports/template` has them. `=HYPERLINK(…)` and
    the like are text. A unit in the header, as in `数量（斤）`, holds for bare numbers.
    """
    ratelimit.hit(UPLOADS, "imports", str(principal.person_id))
    content = data.file.file.read(MAX_BYTES + 1)
    idempotency = idempotency_of(request, principal, content + str(data.on_behalf_of).encode())
    return flows.check_file(db, idempotency, principal, content, data.file.filename, data.on_behalf_of, language)


@get("/imports", tags=TAGS, summary="Your imports, newest first")
def list_imports(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ImportOut]:
    """An operator sees everyone's. `members` is counted in the single import only."""
    window = IMPORTS.window(cursor, limit)
    with db.reading() as session:
        found = service.listed(session, principal, window.after, window.rows)
    return window.page(found, lambda each: views.imported(each, language))


@get("/imports/template", tags=TAGS, summary="An empty file with the right columns", media_type="text/csv")
def read_template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """In the language of `Accept-Language`; any of the three is understood when it comes back."""
    return download(service.template(format, language), "members", format)


@get("/imports/{import_id:str}", tags=TAGS, summary="An import: state, counts, progress")
def read_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """404 for anyone else's."""
    with db.reading() as session:
        return views.imported(service.read(session, principal, import_id), language)


@get("/imports/{import_id:str}/rows", tags=TAGS, summary="Rows as typed, with what is wrong in each cell")
def list_rows(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ImportRowOut]:
    """In the file's order. That an operator reads another's rows is audited."""
    window = ROWS.window(cursor, limit)
    with db.transaction() as session:
        owner, found = service.rows(session, principal, import_id, in_state, window.after or 0, window.rows)
    return window.page(found, lambda each: views.row(owner, each, language))


@post("/imports/{import_id:str}/start", tags=TAGS, summary="Load the rows that are right", status_code=200)
def start_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """In the background; the import's `progress` tells. Each row makes a filing that its member confirms, or nothing.

    A row is loaded once, however often its file comes: what says something new brings an unanswered filing up to date.
    """
    with db.transaction() as session:
        return views.imported(service.start(session, principal, import_id), language)


@post("/imports/{import_id:str}/cancel", tags=TAGS, summary="Load no further row", status_code=200)
def cancel_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """What was loaded stays. 409 when all of it was."""
    with db.transaction() as session:
        return views.imported(service.cancel(session, principal, import_id), language)


@get("/imports/{import_id:str}/export", tags=TAGS, summary="The file again", media_type="text/csv")
def export_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
    in_state: InState = None,
) -> Response[bytes]:
    """Under its own header, cell for cell as typed; with `state=error` only what needs another look.

    Texts that a spreadsheet would run have an apostrophe in front (CSV) or are text cells (XLSX), and come back as
    they were.
    """
    with db.transaction() as session:
        content = service.export(session, principal, import_id, format, in_state)
    return download(content, ids.encode("imp", import_id), format)


@get("/filings", tags=TAGS, summary="What others filed for you, newest first")
def list_filings(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[FilingOut]:
    """A cooperative filed it; nothing comes of it until you confirm."""
    window = FILINGS.window(cursor, limit)
    with db.reading() as session:
        found = filings.listed(session, principal, window.after, window.rows)
    return window.page(found, views.filing)


@post("/filings/{filing_id:str}/confirm", tags=TAGS, summary="It is mine: make it my appeal", status_code=200)
def confirm_filing(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> FilingOut:
    """Confirming twice is the same as once."""
    with db.transaction() as session:
        return views.filing(filings.confirm(session, principal, filing_id))


@post("/filings/{filing_id:str}/decline", tags=TAGS, summary="It is not mine", status_code=200)
def decline_filing(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> FilingOut:
    """Name and note are erased."""
    with db.transaction() as session:
        return views.filing(filings.decline(session, principal, filing_id))


HANDLERS: list[ControllerRouterHandler] = [
    check_import,
    list_imports,
    read_template,
    read_import,
    list_rows,
    start_import,
    cancel_import,
    export_import,
    list_filings,
    confirm_filing,
    decline_filing,
]
