"""Pages of imports: upload, check, start, wait. They work without scripts."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.downloads import Format, download
from agrimarket.http.formdata import last, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.integrations.sheet_errors import FileEmpty
from agrimarket.integrations.sheets import MAX_BYTES
from agrimarket.kernel import addresses, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import ImportId, reference
from agrimarket.onboarding.flows import imports as flows
from agrimarket.onboarding.imports import columns
from agrimarket.onboarding.routes.imports import BODY_LIMIT, ROWS, UPLOADS, InState
from agrimarket.onboarding.schemas.imports import ImportOut, ImportRowOut
from agrimarket.onboarding.service import imports
from agrimarket.onboarding.states import ImportState, RowState
from agrimarket.onboarding.types import ImportSummary, OpenedRow
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
SHOWN = 50
"""Rows on a page."""
LISTED = 20
"""Earlier imports."""


def _path(import_id: UUID) -> str:
    return addresses.path_of(addresses.IMPORT, import_id)


@page("/imports")
def mine(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Template:
    """Page to upload a file, with earlier imports below."""
    return show_again(request, db, principal)


def show_again(
    request: AnyRequest,
    db: Database,
    principal: Principal,
    data: dict[str, Any] | None = None,
    refusal: DomainError | None = None,
) -> Template:
    """The form, with a mistake of the whole file reported at its field."""
    language = language_of(request)
    with db.reading() as session:
        earlier = imports.listed(session, principal, None, LISTED)
    return render_page(
        request,
        "imports/list.html",
        visitor=principal,
        refusal=refusal,
        refused_as=422,
        rows=[(_path(each.row.id), ImportOut.of(each, language)) for each in earlier],
        operator=principal.has(Role.OPERATOR),
        behalf=texts(data or {}).get("on_behalf_of", "").strip(),
    )


@form("/imports", again=show_again, request_max_body_size=BODY_LIMIT)
def upload(
    request: AnyRequest,
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Redirect:
    """Check the file; redirects to the findings."""
    ratelimit.hit(UPLOADS, "imports", str(principal.person_id))
    behalf, given = texts(data).get("on_behalf_of", "").strip(), last(data.get("file"))
    if not isinstance(given, UploadFile):
        raise FileEmpty(pointer="/file")
    content = given.file.read(MAX_BYTES + 1)
    out = flows.check_file(db, Idempotency(), principal, content, given.filename, behalf or None, language)
    return see_other(_path(out.id))


@page("/imports/template")
def template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """An empty file with the right columns."""
    return download(imports.template(format, language), "members", format)


@page("/imports/{import_id:str}")
def show(
    request: AnyRequest,
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
    in_state: InState = None,
    cursor: Cursor = None,
) -> Template:
    """Page of an import: findings row by row, progress of the loading, and the members' answers."""
    window = ROWS.window(cursor, SHOWN)
    with db.transaction() as session:
        summary = imports.read(session, principal, import_id)
        wanted = in_state or (RowState.ERROR if summary.row.faulty else None)
        _, rows = imports.rows(session, principal, import_id, wanted, window.after or 0, window.rows)
    shown, following = window.cut(rows)
    chosen = f"state={wanted}&" if wanted else ""
    return render_page(
        request,
        "imports/one.html",
        visitor=principal,
        wanted=wanted,
        more=f"{_path(import_id)}?{chosen}cursor={following}#rows" if following else "",
        address=f"{settings.base_url}/filings",
        **_import(summary, shown, language_of(request)),
    )


def _import(summary: ImportSummary, rows: list[OpenedRow], language: str) -> dict[str, Any]:
    row = summary.row
    return {
        "item": ImportOut.of(summary, language),
        "path": _path(row.id),
        "title": addresses.title_of(addresses.IMPORT, short_number(row.id), language),
        "rows": [ImportRowOut.of(row, each, language) for each in rows],
        "states": _present(summary),
        "running": row.state == ImportState.LOADING,
        "ignored": [header for header in row.header if header and not columns.column_of(header)],
    }


def _present(summary: ImportSummary) -> list[tuple[RowState, int]]:
    """States of the import's rows, with the number of rows in each."""
    row = summary.row
    counts = {
        RowState.ERROR: row.faulty,
        RowState.READY: summary.ready,
        RowState.LOADED: row.loaded,
        RowState.UPDATED: row.updated,
        RowState.KNOWN: row.known,
        RowState.FAILED: row.failed,
    }
    return [(state, count) for state, count in counts.items() if count]


@form("/imports/{import_id:str}/start")
def start(
    import_id: FromPath[ImportId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Load the valid rows."""
    with db.transaction() as session:
        imports.start(session, principal, import_id)
    return see_other(_path(import_id))


@form("/imports/{import_id:str}/cancel")
def cancel(
    import_id: FromPath[ImportId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Load no more rows."""
    with db.transaction() as session:
        imports.cancel(session, principal, import_id)
    return see_other(_path(import_id))


@page("/imports/{import_id:str}/export")
def export(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
    in_state: InState = None,
) -> Response[bytes]:
    """Download of the file's rows, as typed."""
    with db.transaction() as session:
        content = imports.export(session, principal, import_id, format, in_state)
    return download(content, reference("import", import_id), format)


HANDLERS: list[ControllerRouterHandler] = [mine, upload, template, show, start, cancel, export]
