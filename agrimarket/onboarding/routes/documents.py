"""Documents by resumable upload: tus 1.0 (core and creation), so that a lost signal costs one part, not the whole."""

import base64
import binascii
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, RawBody
from sqlmodel import Session

from agrimarket.http.handlers import delete, get, head, options, patch, post
from agrimarket.integrations.storage import storage
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import DocumentId, reference
from agrimarket.onboarding.documents import files
from agrimarket.onboarding.errors import MediaTypeNotOffset, TusVersion
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.schemas.documents import DocumentOut
from agrimarket.onboarding.service import documents
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
TAGS = ["documents"]
TUS = {"Tus-Resumable": "1.0.0"}
OFFERED = {"Tus-Version": "1.0.0", "Tus-Extension": "creation", "Tus-Max-Size": str(files.MAX_BYTES)}


def _require_tus(request: AnyRequest) -> None:
    if request.headers.get("tus-resumable") != "1.0.0":
        raise TusVersion


def _number(request: AnyRequest, name: str) -> int:
    text = request.headers.get(name.lower(), "")
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise InvalidFields([(f"/{name}", "int_type", {})])
    return int(text)


def _metadata(request: AnyRequest) -> dict[str, str]:
    """The header `Upload-Metadata: filename <base64>,application <base64>` of tus, decoded."""
    metadata: dict[str, str] = {}
    try:
        for pair in filter(None, request.headers.get("upload-metadata", "").split(",")):
            name, _, value = pair.strip().partition(" ")
            if name in metadata:
                raise InvalidFields([("/Upload-Metadata", "upload_metadata", {})])
            metadata[name] = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidFields([("/Upload-Metadata", "upload_metadata", {})]) from error
    return metadata


@options("/documents", tags=TAGS, summary="What uploads can do", gives=("Tus-Resumable", *OFFERED))
def capabilities() -> Response[None]:
    """tus 1.0.0 with creation."""
    return Response(None, headers={**TUS, **OFFERED})


@post(
    "/documents",
    tags=TAGS,
    summary="Begin an upload (tus)",
    takes=("Tus-Resumable", "Upload-Length", "Upload-Metadata"),
    gives=("Tus-Resumable", "Location", "Upload-Offset"),
    statuses=(404, 412, 413),
    scopes=(Scope.APPLICATIONS_WRITE, Scope.APPEALS_WRITE),
)
def begin(
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[DocumentOut]:
    """Begins an upload: `Upload-Length` in bytes, and `Upload-Metadata` with `filename` and `application` or `appeal`
    (its id), each in base64. An appeal takes only photos, at most six."""
    _require_tus(request)
    metadata, length = _metadata(request), _number(request, "Upload-Length")
    begun = flows.begin(db, storage(settings), lambda session: _begun(session, principal, metadata, length))
    out = DocumentOut.of(begun)
    location = f"/v1/documents/{reference('document', out.id)}"
    return Response(out, headers={**TUS, "Location": location, "Upload-Offset": "0"})


def _begun(session: Session, principal: Principal, metadata: dict[str, str], length: int) -> Document:
    name = metadata.get("filename", "")
    if "appeal" in metadata:
        return documents.begin_photo(session, principal, ids.parse("apl", metadata["appeal"]), name, length)
    return documents.begin(session, principal, ids.parse("app", metadata.get("application", "")), name, length)


@head(
    "/documents/{document_id:str}",
    tags=TAGS,
    summary="How far an upload is (tus)",
    gives=("Tus-Resumable", "Upload-Offset", "Upload-Length"),
    scopes=(Scope.APPLICATIONS_WRITE, Scope.APPEALS_WRITE),
)
def progress(
    document_id: FromPath[DocumentId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> Response[None]:
    """Progress of an upload: `Upload-Offset` is where to continue."""
    with db.transaction() as session:
        document = documents.mine(session, principal, document_id)
    reached = {"Upload-Offset": str(document.received), "Upload-Length": str(document.length)}
    return Response(None, headers={**TUS, **reached, "Cache-Control": "no-store"})


@patch(
    "/documents/{document_id:str}",
    tags=TAGS,
    summary="Send the next bytes (tus)",
    status_code=204,
    request_max_body_size=files.MAX_BYTES,
    raw="application/offset+octet-stream",
    takes=("Tus-Resumable", "Upload-Offset"),
    gives=("Tus-Resumable", "Upload-Offset", "Location"),
    statuses=(412,),
    scopes=(Scope.APPLICATIONS_WRITE, Scope.APPEALS_WRITE),
)
def receive(
    document_id: FromPath[DocumentId],
    body: RawBody,
    request: AnyRequest,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[None]:
    """Receives bytes from `Upload-Offset` on, as `application/offset+octet-stream`; 409 gives the right offset.

    The last byte has the file checked: 415 if it is neither photo nor PDF,
    judged by what is in it and not by its name; 503 if it is to be checked later, which needs no further request.
    `Location` names the document, which is an earlier one if the same file was there already.
    """
    _require_tus(request)
    if request.headers.get("content-type", "").partition(";")[0] != "application/offset+octet-stream":
        raise MediaTypeNotOffset
    offset = _number(request, "Upload-Offset")
    document = flows.receive(db, storage(settings), principal, document_id, offset, body)
    kept = {"Upload-Offset": str(offset + len(body)), "Location": f"/v1/documents/{reference('document', document.id)}"}
    return Response(None, headers={**TUS, **kept})


@get(
    "/documents/{document_id:str}",
    tags=TAGS,
    summary="A document's state",
    scopes=(Scope.APPLICATIONS_READ, Scope.APPEALS_READ),
)
def read(
    document_id: FromPath[DocumentId], db: NamedDependency[Database], principal: NamedDependency[Principal]
) -> DocumentOut:
    """A document's state; 404 for anyone else's."""
    with db.transaction() as session:
        return DocumentOut.of(documents.mine(session, principal, document_id))


@get(
    "/documents/{document_id:str}/content",
    tags=TAGS,
    summary="The document as it is kept",
    media_type="*/*",
    gives=("Content-Disposition",),
    scopes=(Scope.APPLICATIONS_READ, Scope.APPEALS_READ),
)
def content(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """A document's file, as WebP or PDF. An operator's access is audited."""
    return sent(db, settings, principal, document_id)


@get(
    "/documents/{document_id:str}/preview",
    tags=TAGS,
    summary="A picture of one page of a document",
    media_type="image/webp",
    scopes=(Scope.APPLICATIONS_READ, Scope.APPEALS_READ),
)
def preview(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    page: Annotated[int, QueryParameter(ge=1, le=files.MAX_PAGES)] = 1,
    side: Annotated[Literal[320, 1200], QueryParameter(description="Its longest side in pixels.")] = 320,
) -> Response[bytes]:
    """Picture of one page of a document, as WebP. An operator's access is audited."""
    return previewed(db, settings, principal, document_id, page, side)


@delete(
    "/documents/{document_id:str}",
    tags=TAGS,
    summary="Take a photo of an appeal away",
    status_code=204,
    scopes=(Scope.APPLICATIONS_WRITE, Scope.APPEALS_WRITE),
)
def remove(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> None:
    """Removes a photo while its appeal is open. An application's documents stay until it is withdrawn."""
    flows.remove(db, storage(settings), principal, document_id)


def previewed(
    db: Database, settings: Settings, principal: Principal, document_id: UUID, page: int, side: int
) -> Response[bytes]:
    """The picture; a browser keeps it for an hour, so that a desk shown again need not ask for it again."""
    drawn = flows.preview(db, storage(settings), principal, document_id, page, side)
    return Response(drawn, media_type="image/webp", headers={"Cache-Control": "private, max-age=3600"})


def sent(db: Database, settings: Settings, principal: Principal, document_id: UUID) -> Response[bytes]:
    """The file, with headers that keep a browser from running anything in it."""
    with db.transaction() as session:
        document = documents.readable(session, principal, document_id)
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "Content-Disposition": "inline" if document.media_type == "image/webp" else "attachment",
    }
    return Response(storage(settings).get(document.key), media_type=document.media_type, headers=headers)


HANDLERS = [capabilities, begin, progress, receive, read, content, preview, remove]
