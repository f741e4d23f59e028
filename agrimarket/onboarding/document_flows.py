"""Uploads: bytes go to storage between transactions, and are checked and written anew once all are here."""

from uuid import UUID, uuid4

from agrimarket.integrations.storage import Storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding import files, queries
from agrimarket.onboarding.errors import UploadElsewhere, UploadOver
from agrimarket.onboarding.models import Document
from agrimarket.onboarding.service import documents
from agrimarket.onboarding.states import DocumentState


def receive(db: Database, storage: Storage, who: Principal, document_id: UUID, offset: int, chunk: bytes) -> Document:
    """Keep the next bytes; with the last ones the document is finished. A repeat of what is there changes nothing."""
    with db.transaction() as session:
        document = documents.own(session, who, document_id)
    if document.state != DocumentState.UPLOADING:
        raise UploadOver
    if document.received != offset:
        raise UploadElsewhere(details={"offset": document.received})
    key = f"uploads/{document_id.hex}-{offset}-{uuid4().hex}"
    if chunk:
        storage.put(key, chunk)
    try:
        with db.transaction() as session:
            document = documents.append(session, document_id, offset, key, len(chunk))
    except DomainError:
        storage.delete(key)
        raise
    failpoint("onboarding.uploaded")
    return finish(db, storage, document_id) if document.received == document.length else document


def finish(db: Database, storage: Storage, document_id: UUID) -> Document:
    """Check and store a document whose bytes are all here. Raises why it is refused; doing it again is harmless."""
    with db.transaction() as session:
        document = queries.document(session, document_id)
        if document is None or document.state != DocumentState.UPLOADING or document.received < document.length:
            raise UploadOver
        parts = list(document.parts)
    refusal: DomainError | None = None
    try:
        clean = files.take_in(document.name, b"".join(storage.get(part) for part in parts))
    except DomainError as refused:
        refusal = refused
        with db.transaction() as session:
            documents.refuse(session, document_id, refused.code)
    else:
        key = f"documents/{document_id.hex}{clean.ending}"
        storage.put(key, clean.content)
        with db.transaction() as session:
            refusal = documents.store(session, document_id, clean, key)
        if refusal is not None:
            storage.delete(key)
    for part in parts:
        storage.delete(part)
    if refusal is not None:
        raise refusal
    with db.transaction() as session:
        stored = queries.document(session, document_id)
    if stored is None:
        raise UploadOver
    return stored


def upload(db: Database, storage: Storage, who: Principal, application_id: UUID, name: str, content: bytes) -> Document:
    """A whole file at once, as a page sends it."""
    with db.transaction() as session:
        document = documents.begin(session, who, application_id, name, len(content))
    return receive(db, storage, who, document.id, 0, content)


def erase(db: Database, storage: Storage, application_id: UUID) -> None:
    """Forget a withdrawn application's files, then their rows; doing it again is harmless."""
    with db.transaction() as session:
        keys = [
            key for document in queries.documents(session, application_id) for key in (document.key, *document.parts)
        ]
    for key in filter(None, keys):
        storage.delete(key)
    with db.transaction() as session:
        queries.drop_documents(session, application_id)
