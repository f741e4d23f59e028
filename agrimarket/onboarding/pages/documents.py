"""Photos of an appeal, and documents as pictures: for their owner and the reviewers."""

from typing import Any, cast

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.types import ControllerRouterHandler

from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.integrations.storage import storage
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, DocumentId
from agrimarket.onboarding import document_flows, files
from agrimarket.onboarding.pages.appeal import show_filed
from agrimarket.onboarding.routes.documents import previewed, sent
from agrimarket.onboarding.service import documents
from agrimarket.settings import Settings

FIELD = "photos"


@form("/appeals/{appeal_id:str}/photos", request_max_body_size=documents.MOST_PHOTOS * files.MAX_BYTES)
def add_photos(
    request: Request[Any, Any, Any],
    appeal_id: FromPath[AppealId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    language: NamedDependency[str],
) -> Response[Any]:
    """Keep the photos that were chosen; one that cannot be kept is told, the others stay."""
    chosen = _chosen(data.get(FIELD))
    refusal: DomainError | None = None if chosen else InvalidFields([(f"/{FIELD}", "photo_missing", {})])
    for name, content in chosen:
        try:
            document_flows.upload_photo(db, storage(settings), principal, appeal_id, name, content)
        except DomainError as refused:
            refusal = refused
    if refusal is not None:
        return show_filed(request, db, principal, appeal_id, language, error=refusal)
    return see_other(f"/appeals/{ids.encode('apl', appeal_id)}#photos")


def _chosen(given: Any) -> list[tuple[str, bytes]]:
    """Name and content of each file that is not empty: a browser sends one, several, or an empty one for none."""
    several = cast("list[Any]", given if isinstance(given, list) else [given])
    uploads = [(each.filename, each.file.read()) for each in several if isinstance(each, UploadFile)]
    return [(name, content) for name, content in uploads if content]


@form("/documents/{document_id:str}/remove")
def remove(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[Any]:
    """Take a photo of an appeal away."""
    with db.transaction() as session:
        appeal_id = documents.removable(session, principal, document_id).appeal_id
    document_flows.remove(db, storage(settings), principal, document_id)
    return see_other(f"/appeals/{ids.encode('apl', appeal_id)}" if appeal_id else "/me")


@page("/documents/{document_id:str}")
def whole(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Response[bytes]:
    """The document as it is kept."""
    return sent(db, settings, principal, document_id)


@page("/documents/{document_id:str}/preview")
def preview(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
    number: FromQuery[int] = 1,
    side: FromQuery[int] = 320,
) -> Response[bytes]:
    """One page of it as a picture."""
    return previewed(db, settings, principal, document_id, number, side)


HANDLERS: list[ControllerRouterHandler] = [add_photos, remove, whole, preview]
