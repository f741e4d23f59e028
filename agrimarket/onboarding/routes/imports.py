"""JSON handlers of imports."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, QueryParameter
from litestar.types import ControllerRouterHandler
from pydantic import BaseModel, ConfigDict, Field

from agrimarket.http.downloads import FILE, XLSX, Format, download
from agrimarket.http.handlers import get, post
from agrimarket.http.idempotency import idempotency_of
from agrimarket.http.params import Cursor
from agrimarket.integrations.sheets import MAX_BYTES
from agrimarket.kernel import ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page, Paging, by_id
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ImportId, reference
from agrimarket.onboarding.flows import imports as flows
from agrimarket.onboarding.schemas.imports import ImportOut, ImportRowOut
from agrimarket.onboarding.service import imports
from agrimarket.onboarding.states import RowState
from agrimarket.onboarding.types import ImportSummary, OpenedRow

TAGS = ["imports"]
BODY_LIMIT = MAX_BYTES + 10_000
UPLOADS = "30/hour"
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
InState = Annotated[RowState | None, QueryParameter(name="state")]
"""The query parameter `state`, a name that Litestar keeps for itself in handlers."""


IMPORTS: Paging[ImportSummary, UUID] = by_id("imp", lambda each: each.row.id)


class ImportIn(BaseModel):
    """A multipart form. CSV in UTF-8, UTF-16, GB18030 or Big5, or XLSX; at most 5 MB and 20,000 rows."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    file: Annotated[UploadFile, Field(json_schema_extra={"maxLength": MAX_BYTES})]
    kind: Literal["members"] = "members"
    on_behalf_of: Annotated[
        str | None,
        Field(max_length=40, description="For operators: the seller (`sel_…`) or application (`app_…`) it is for."),
    ] = None


def _row_number(keys: Sequence[str]) -> int:
    (text,) = keys
    if len(text) > 7:
        raise ValueError(text)
    return int(text)


ROWS: Paging[OpenedRow, int] = Paging("import_rows", lambda each: [str(each.number)], _row_number)


@post(
    "/imports",
    tags=TAGS,
    summary="Check a file of members and their produce",
    request_max_body_size=BODY_LIMIT,
    takes=("Idempotency-Key",),
    scopes=(Scope.IMPORTS_WRITE,),
)
def check_import(
    data: Annotated[ImportIn, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """Checks a file, for cooperatives and enterprises that sell or apply to (dry run): nothing is filed before `start`.

    One of the first rows names the columns, in Chinese or English; `GET /v1/imports/template` has them.
    `=HYPERLINK(…)` and the like are text. A unit in the header, as in `数量（斤）`, applies to bare numbers.
    """
    ratelimit.hit(UPLOADS, "imports", str(principal.person_id))
    content = data.file.file.read(MAX_BYTES + 1)
    idempotency = idempotency_of(request, principal, content + str(data.on_behalf_of).encode())
    return flows.check_file(db, idempotency, principal, content, data.file.filename, data.on_behalf_of, language)


@get("/imports", tags=TAGS, summary="Your imports, newest first", scopes=(Scope.IMPORTS_READ,))
def list_imports(
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ImportOut]:
    """Your imports; an operator sees everyone's. `members` is counted in the single import only."""
    window = IMPORTS.window(cursor, limit)
    with db.reading() as session:
        listed = imports.listed(session, principal, window.after, window.rows)
    return window.page(listed, lambda each: ImportOut.of(each, language))


@get(
    "/imports/template",
    tags=TAGS,
    summary="An empty file with the right columns",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
)
def read_template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """An empty file in the language of `Accept-Language`; any of the three is understood when it is uploaded."""
    return download(imports.template(format, language), "members", format)


@get("/imports/{import_id:str}", tags=TAGS, summary="An import: state, counts, progress", scopes=(Scope.IMPORTS_READ,))
def read_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """An import with its counts and the members' answers; 404 for anyone else's."""
    with db.reading() as session:
        return ImportOut.of(imports.read(session, principal, import_id), language)


@get(
    "/imports/{import_id:str}/rows",
    tags=TAGS,
    summary="Rows as typed, with what is wrong in each cell",
    scopes=(Scope.IMPORTS_READ,),
)
def list_rows(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ImportRowOut]:
    """An import's rows, in the file's order. An operator's access to another's rows is audited."""
    window = ROWS.window(cursor, limit)
    with db.transaction() as session:
        owner, rows = imports.rows(session, principal, import_id, in_state, window.after or 0, window.rows)
    return window.page(rows, lambda each: ImportRowOut.of(owner, each, language))


@post(
    "/imports/{import_id:str}/start",
    tags=TAGS,
    summary="Load the rows that are right",
    status_code=200,
    scopes=(Scope.IMPORTS_WRITE,),
)
def start_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """Loads the rows in the background; see the import's `progress`. Each makes a filing for its member to confirm, or
    nothing.

    A row is loaded once, however often its file is sent; new content updates an unanswered filing.
    """
    with db.transaction() as session:
        return ImportOut.of(imports.start(session, principal, import_id), language)


@post(
    "/imports/{import_id:str}/cancel",
    tags=TAGS,
    summary="Load no further row",
    status_code=200,
    scopes=(Scope.IMPORTS_WRITE,),
)
def cancel_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> ImportOut:
    """Stops the loading; loaded rows stay. 409 if all are loaded."""
    with db.transaction() as session:
        return ImportOut.of(imports.cancel(session, principal, import_id), language)


@get(
    "/imports/{import_id:str}/export",
    tags=TAGS,
    summary="The file again",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
    scopes=(Scope.IMPORTS_READ,),
)
def export_import(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
    in_state: InState = None,
) -> Response[bytes]:
    """The file under its own header, cell for cell as typed; with `state=error` only the rows to correct.

    Texts that a spreadsheet would run have an apostrophe in front (CSV) or are text cells (XLSX), and read back
    unchanged.
    """
    with db.transaction() as session:
        content = imports.export(session, principal, import_id, format, in_state)
    return download(content, reference("import", import_id), format)


HANDLERS: list[ControllerRouterHandler] = [
    check_import,
    list_imports,
    read_template,
    read_import,
    list_rows,
    start_import,
    cancel_import,
    export_import,
]
