"""Files of listings over HTTP."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from agrimarket.bulk.routes.files import BODY_LIMIT, FILES, ROWS, BulkFileIn, InState, Limit, sent
from agrimarket.bulk.schemas.files import BulkFileOut, BulkRowOut
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.catalog.flows import stocklists as flows
from agrimarket.catalog.service import stocklists
from agrimarket.catalog.stocklists.columns import WORDS
from agrimarket.http.downloads import FILE, XLSX, Format, download
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import BulkFileId, reference

TAGS = ["catalog"]
HOME = "/listings/imports"


@post(
    HOME,
    tags=TAGS,
    summary="Check a file of listings",
    request_max_body_size=BODY_LIMIT,
    takes=("Idempotency-Key",),
    scopes=(Scope.LISTINGS_WRITE,),
)
def check_listings(
    data: Annotated[BulkFileIn, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """Checks a file (dry run): what is new, changed, the same, or wrong. Nothing changes before `load`.

    One row is a lot with its listing, under your own reference: `GET /v1/listings/imports/template` has the columns.
    """
    idempotency, content = sent(data, request, seller)
    return flows.check_file(db, idempotency, seller, content, data.file.filename, language)


@get(HOME, tags=TAGS, summary="Your files of listings, newest first", scopes=(Scope.LISTINGS_READ,))
def list_listing_files(
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BulkFileOut]:
    """The caller's files, each with how many rows do what."""
    window = FILES.window(cursor, limit)
    with db.reading() as session:
        found = files.listed(session, seller, Kind.LISTINGS, window.after, window.rows)
    return window.page(found, lambda each: BulkFileOut.of(each, language))


@get(f"{HOME}/template", tags=TAGS, summary="An empty file of listings", media_type="text/csv", also=XLSX, gives=FILE)
def read_listings_template(language: NamedDependency[str], format: FromQuery[Format] = "csv") -> Response[bytes]:
    """An empty file in the language of `Accept-Language`; any of the three is understood when it is uploaded."""
    return download(stocklists.template(format, language), "listings", format)


@get(
    f"{HOME}/{{bulk_file_id:str}}",
    tags=TAGS,
    summary="A file of listings: state, counts, progress",
    scopes=(Scope.LISTINGS_READ,),
)
def read_listing_file(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """A file with its counts; 404 for anyone else's."""
    with db.reading() as session:
        return BulkFileOut.of(files.read(session, principal, Kind.LISTINGS, bulk_file_id), language)


@get(
    f"{HOME}/{{bulk_file_id:str}}/rows",
    tags=TAGS,
    summary="Rows of a file of listings: what each does, from → to, and what is wrong",
    scopes=(Scope.LISTINGS_READ,),
)
def list_listing_rows(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
    in_state: InState = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BulkRowOut]:
    """Rows in the file's order. An operator's access to a seller's rows is audited."""
    window = ROWS.window(cursor, limit)
    with db.transaction() as session:
        owner, rows = files.rows(
            session, principal, Kind.LISTINGS, bulk_file_id, in_state, window.after or 0, window.rows
        )
    return window.page(rows, lambda each: BulkRowOut.of(owner, each, WORDS.column_of, language))


@post(
    f"{HOME}/{{bulk_file_id:str}}/load",
    tags=TAGS,
    summary="Do what the right rows of a file of listings say",
    status_code=200,
    scopes=(Scope.LISTINGS_WRITE,),
)
def load_listings(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """Loads the rows in the background, each once; see the file's `progress`. The same file again changes nothing."""
    with db.transaction() as session:
        return BulkFileOut.of(files.start(session, principal, Kind.LISTINGS, bulk_file_id), language)


@get(
    f"{HOME}/{{bulk_file_id:str}}/faults",
    tags=TAGS,
    summary="The rows of a file of listings that have to be mended",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
    scopes=(Scope.LISTINGS_READ,),
)
def export_listing_faults(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """Only those rows, under the file's own header, cell for cell as they were typed."""
    with db.transaction() as session:
        content = files.export(session, principal, Kind.LISTINGS, bulk_file_id, format)
    return download(content, reference("bulk_file", bulk_file_id), format)


@get(
    "/listings/export",
    tags=TAGS,
    summary="All that you have drafted or on sale, as a file",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
    scopes=(Scope.LISTINGS_READ,),
)
def export_listings(
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """The columns of the template; a listing without a reference of your own has its id. It reads back unchanged."""
    with db.reading() as session:
        return download(stocklists.export(session, seller, format, language), "listings", format)


HANDLERS: list[ControllerRouterHandler] = [
    check_listings,
    list_listing_files,
    read_listings_template,
    read_listing_file,
    list_listing_rows,
    load_listings,
    export_listing_faults,
    export_listings,
]
