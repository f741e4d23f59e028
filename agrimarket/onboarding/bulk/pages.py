"""Pages of imports, and the member's own: upload, look, start, wait; confirm. Whole without scripts."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import last, texts
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.kernel import ids, ratelimit
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.resources import FilingId, ImportId
from agrimarket.onboarding.bulk import filings, flows, rules, service, views
from agrimarket.onboarding.bulk.errors import FileEmpty
from agrimarket.onboarding.bulk.routes import BODY_LIMIT, UPLOADS, Format, InState, download
from agrimarket.onboarding.bulk.sheets import MAX_BYTES
from agrimarket.onboarding.bulk.states import ImportState, RowState
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
Multipart = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
SHOWN = 50
LISTED = 20


def _path(found: service.Imported) -> str:
    return f"/imports/{ids.encode('imp', found.row.id)}"


@page("/imports")
def mine(
    request: AnyRequest,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[Any]:
    """Upload a file, and the earlier ones."""
    return _mine(request, db, principal, language)


def _mine(
    request: AnyRequest,
    db: Database,
    visitor: Principal,
    language: str,
    error: DomainError | None = None,
    behalf: str = "",
) -> Template:
    with db.reading() as session:
        found = service.listed(session, visitor, None, LISTED)
    return render_page(
        request,
        "imports.html",
        visitor=visitor,
        status_code=422 if error else 200,
        rows=[(_path(each), views.imported(each, language)) for each in found],
        operator=visitor.has(Role.OPERATOR),
        behalf=behalf,
        errors=errors_of(request, error) if error else {},
    )


@form("/imports", request_max_body_size=BODY_LIMIT)
def upload(
    request: AnyRequest,
    data: Multipart,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[Any]:
    """Check the file; what is wrong with the file as a whole is told at its field."""
    behalf, given = texts(data).get("on_behalf_of", "").strip(), last(data.get("file"))
    try:
        ratelimit.hit(UPLOADS, "imports", str(principal.person_id))
        if not isinstance(given, UploadFile):
            raise FileEmpty(pointer="/file")
        content = given.file.read(MAX_BYTES + 1)
        out = flows.check_file(db, Idempotency(), principal, content, given.filename, behalf or None, language)
    except DomainError as refusal:
        return _mine(request, db, principal, language, refusal, behalf)
    return see_other(f"/imports/{ids.encode('imp', out.id)}")


@page("/imports/template")
def template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """An empty file with the right columns."""
    return download(service.template(format, language), "members", format)


@page("/imports/{import_id:str}")
def show(
    request: AnyRequest,
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    settings: NamedDependency[Settings],
    in_state: InState = None,
    after: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
) -> Response[Any]:
    """What was found, row by row; how far the loading is; what the members said."""
    with db.transaction() as session:
        found = service.read(session, principal, import_id)
        wanted = in_state or (RowState.ERROR if found.row.faulty else None)
        owner, rows = service.rows(session, principal, import_id, wanted, after, SHOWN)
    chosen = f"state={wanted}&" if wanted else ""
    more = f"/imports/{ids.encode('imp', import_id)}?{chosen}after={rows[-1].number}#rows" if len(rows) == SHOWN else ""
    return render_page(
        request,
        "import.html",
        visitor=principal,
        item=views.imported(found, language),
        path=f"/imports/{ids.encode('imp', import_id)}",
        rows=[views.row(owner, each, language) for each in rows],
        wanted=wanted,
        states=_present(found),
        running=found.row.state == ImportState.LOADING,
        ignored=[header for header in owner.header if header and not rules.column_of(header)],
        more=more,
        address=f"{settings.base_url}/filings",
    )


def _present(found: service.Imported) -> list[tuple[RowState, int]]:
    row = found.row
    counts = {
        RowState.ERROR: row.faulty,
        RowState.READY: found.ready,
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
    """Load the rows that are right."""
    with db.transaction() as session:
        service.start(session, principal, import_id)
    return see_other(f"/imports/{ids.encode('imp', import_id)}")


@form("/imports/{import_id:str}/cancel")
def cancel(
    import_id: FromPath[ImportId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """Load no further row."""
    with db.transaction() as session:
        service.cancel(session, principal, import_id)
    return see_other(f"/imports/{ids.encode('imp', import_id)}")


@page("/imports/{import_id:str}/export")
def export(
    import_id: FromPath[ImportId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
    in_state: InState = None,
) -> Response[bytes]:
    """The file again."""
    with db.transaction() as session:
        content = service.export(session, principal, import_id, format, in_state)
    return download(content, ids.encode("imp", import_id), format)


@page("/filings")
def filed(request: AnyRequest, db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Response[Any]:
    """What others filed for the person who is signed in."""
    with db.reading() as session:
        found = filings.listed(session, principal, None, SHOWN)
    rows = [(ids.encode("fil", each.row.id), views.filing(each)) for each in found]
    appeals = {key: f"/appeals/{ids.encode('apl', out.appeal_id)}" for key, out in rows if out.appeal_id}
    return render_page(request, "filings.html", visitor=principal, rows=rows, appeals=appeals)


@form("/filings/{filing_id:str}/confirm")
def confirm(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """It is theirs; on to the appeal that it became."""
    with db.transaction() as session:
        found = filings.confirm(session, principal, filing_id)
    return see_other(f"/appeals/{ids.encode('apl', found.row.appeal_id)}" if found.row.appeal_id else "/filings")


@form("/filings/{filing_id:str}/decline")
def decline(
    filing_id: FromPath[FilingId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Redirect:
    """It is not theirs."""
    with db.transaction() as session:
        filings.decline(session, principal, filing_id)
    return see_other("/filings")


HANDLERS: list[ControllerRouterHandler] = [
    mine,
    upload,
    template,
    show,
    start,
    cancel,
    export,
    filed,
    confirm,
    decline,
]
