"""Many orders at once, over HTTP."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from agrimarket.bulk.routes.files import BODY_LIMIT, FILES, ROWS, BulkFileIn, InState, Limit, sent
from agrimarket.bulk.schemas.files import BulkFileOut, BulkRowOut
from agrimarket.bulk.service import files
from agrimarket.bulk.states import Kind
from agrimarket.http.downloads import FILE, XLSX, Format, download
from agrimarket.http.handlers import get, post
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.paging import Page
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import BulkFileId, reference
from agrimarket.orders.flows import packlists as flows
from agrimarket.orders.packlists.columns import WORDS
from agrimarket.orders.schemas.packlists import AcceptedManyOut, AcceptManyIn
from agrimarket.orders.service import packlists

TAGS = ["orders"]
HOME = "/seller-orders/bulk"


@post(f"{HOME}/accept", tags=TAGS, summary="Take many orders on", status_code=200, scopes=(Scope.ORDERS_WRITE,))
def accept_many(
    data: JSONBody[AcceptManyIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
) -> AcceptedManyOut:
    """Accepts each order in a transaction of its own, and tells which were refused; 404 if one is not the caller's."""
    with db.reading() as session:
        packlists.require_own(session, seller, data.order_ids)
    return AcceptedManyOut.of(flows.accept(db, seller, data.order_ids), language)


@get(
    f"{HOME}/export",
    tags=TAGS,
    summary="Your orders to pack and send, as a file",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
    scopes=(Scope.ORDERS_READ,),
)
def export_packlist(
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """One row a line. Fill in what was packed, boxes, carrier, tracking number and plate, and post it to `files`."""
    with db.reading() as session:
        return download(packlists.export(session, seller, format, language), "orders", format)


@post(
    f"{HOME}/files",
    tags=TAGS,
    summary="Check a file of packed orders",
    request_max_body_size=BODY_LIMIT,
    takes=("Idempotency-Key",),
    scopes=(Scope.ORDERS_WRITE,),
)
def check_packlist(
    data: Annotated[BulkFileIn, Body(media_type=RequestEncodingType.MULTI_PART)],
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """Checks a file (dry run): what each row does to its order, or what is wrong. Nothing changes before `load`."""
    idempotency, content = sent(data, request, seller)
    return flows.check_file(db, idempotency, seller, content, data.file.filename, language)


@get(f"{HOME}/files", tags=TAGS, summary="Your files of orders, newest first", scopes=(Scope.ORDERS_READ,))
def list_packlists(
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
    language: NamedDependency[str],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[BulkFileOut]:
    """The caller's files, each with how many rows do what."""
    window = FILES.window(cursor, limit)
    with db.reading() as session:
        found = files.listed(session, seller, Kind.ORDERS, window.after, window.rows)
    return window.page(found, lambda each: BulkFileOut.of(each, language))


@get(
    f"{HOME}/files/{{bulk_file_id:str}}",
    tags=TAGS,
    summary="A file of orders: state, counts, progress",
    scopes=(Scope.ORDERS_READ,),
)
def read_packlist(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """A file with its counts; 404 for anyone else's."""
    with db.reading() as session:
        return BulkFileOut.of(files.read(session, principal, Kind.ORDERS, bulk_file_id), language)


@get(
    f"{HOME}/files/{{bulk_file_id:str}}/rows",
    tags=TAGS,
    summary="Rows of a file of orders: what each does, and what is wrong",
    scopes=(Scope.ORDERS_READ,),
)
def list_packlist_rows(
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
            session, principal, Kind.ORDERS, bulk_file_id, in_state, window.after or 0, window.rows
        )
    return window.page(rows, lambda each: BulkRowOut.of(owner, each, WORDS.column_of, language))


@post(
    f"{HOME}/files/{{bulk_file_id:str}}/load",
    tags=TAGS,
    summary="Pack and send by a file of orders",
    status_code=200,
    scopes=(Scope.ORDERS_WRITE,),
)
def load_packlist(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> BulkFileOut:
    """Packs and sends in the background, each order on its own and once. What waits for its money is sent when that is
    captured."""
    with db.transaction() as session:
        return BulkFileOut.of(files.start(session, principal, Kind.ORDERS, bulk_file_id), language)


@get(
    f"{HOME}/files/{{bulk_file_id:str}}/faults",
    tags=TAGS,
    summary="The rows of a file of orders that have to be mended",
    media_type="text/csv",
    also=XLSX,
    gives=FILE,
    scopes=(Scope.ORDERS_READ,),
)
def export_packlist_faults(
    bulk_file_id: FromPath[BulkFileId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    format: FromQuery[Format] = "csv",
) -> Response[bytes]:
    """Only those rows, under the file's own header, cell for cell as they were typed."""
    with db.transaction() as session:
        content = files.export(session, principal, Kind.ORDERS, bulk_file_id, format)
    return download(content, reference("bulk_file", bulk_file_id), format)


HANDLERS: list[ControllerRouterHandler] = [
    accept_many,
    export_packlist,
    check_packlist,
    list_packlists,
    read_packlist,
    list_packlist_rows,
    load_packlist,
    export_packlist_faults,
]
