"""Photos of an appeal, and documents as pictures: for their owner and the reviewers."""

from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from agrimarket.http.formdata import uploads
from agrimarket.http.handlers import form, page
from agrimarket.http.pages import see_other
from agrimarket.integrations.storage import Storage, storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import AppealId, DocumentId
from agrimarket.onboarding.documents.files import MAX_BYTES
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.pages.appeals import path_of, show_again
from agrimarket.onboarding.routes.documents import previewed, sent
from agrimarket.onboarding.service import documents
from agrimarket.settings import Settings

FIELD = "photos"


@form("/appeals/{appeal_id:str}/photos", again=show_again, request_max_body_size=documents.MOST_PHOTOS * MAX_BYTES)
def add_photos(
    request: Request[Any, Any, Any],
    appeal_id: FromPath[AppealId],
    data: MultipartBody[dict[str, Any]],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Keep the chosen photos; a refused one is reported, the others stay."""
    chosen = uploads(data.get(FIELD))
    if not chosen:
        raise InvalidFields([(f"/{FIELD}", "photo_missing", {})])
    refusals = [_refusal(db, storage(settings), principal, appeal_id, *photo) for photo in chosen]
    for refusal in filter(None, refusals):
        raise refusal
    return see_other(f"{path_of(appeal_id)}#photos")


def _refusal(
    db: Database, into: Storage, principal: Principal, appeal_id: UUID, name: str, content: bytes
) -> DomainError | None:
    """Keep a photo, or return the reason why it cannot be kept."""
    try:
        flows.upload_photo(db, into, principal, appeal_id, name, content)
    except DomainError as refusal:
        return refusal
    return None


@form("/documents/{document_id:str}/remove")
def remove(
    document_id: FromPath[DocumentId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    principal: NamedDependency[Principal],
) -> Redirect:
    """Remove a photo from an appeal."""
    with db.transaction() as session:
        appeal_id = documents.removable(session, principal, document_id).appeal_id
    flows.remove(db, storage(settings), principal, document_id)
    return see_other(path_of(appeal_id) if appeal_id else "/me")


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
    """Picture of one page of a document."""
    return previewed(db, settings, principal, document_id, number, side)


HANDLERS: list[ControllerRouterHandler] = [add_photos, remove, whole, preview]
