"""Documents: bytes go to storage between transactions, and are checked and rewritten once all have arrived."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from sqlmodel import Session

from agrimarket.integrations.storage import FileMissing, Storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, NotFound, Unavailable, found
from agrimarket.kernel.failpoints import failpoint
from agrimarket.kernel.principal import Principal
from agrimarket.onboarding.documents import files, previews
from agrimarket.onboarding.errors import DocumentTwice, UploadElsewhere, UploadOver
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.queries import documents as queries
from agrimarket.onboarding.service import documents
from agrimarket.onboarding.states import DocumentState


def begin(db: Database, storage: Storage, begun: Callable[[Session], Document]) -> Document:
    """Begin an upload, as `begun` does; parts of uploads that give way to it are erased."""
    with db.transaction() as session:
        document = begun(session)
        keys = documents.give_up(session, document)
    for key in keys:
        storage.delete(key)
    return document


def receive(db: Database, storage: Storage, who: Principal, document_id: UUID, offset: int, chunk: bytes) -> Document:
    """Keep the next bytes, and finish the document with the last ones. A repeat of stored bytes changes nothing.

    Returns the document; the one that is there, where the same file is.
    """
    with db.transaction() as session:
        document = documents.mine(session, who, document_id)
    if document.state != DocumentState.UPLOADING:
        raise UploadOver
    if document.received != offset:
        raise UploadElsewhere(offset=document.received)
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
    if document.received < document.length:
        return document
    try:
        return finish(db, storage, document_id)
    except DocumentTwice as twice:
        with db.transaction() as session:
            return documents.mine(session, who, twice.values["document_id"])


def finish(db: Database, storage: Storage, document_id: UUID) -> Document:
    """Check and store a document whose bytes have all arrived; repeating it is harmless.

    Raises the reason of a refusal (see `files.take_in`, `documents.store`); `UploadOver` if there is nothing to finish;
    `pool.Busy` if it cannot be opened now, and it is finished later then (`DocumentUploaded`).
    """
    with db.transaction() as session:
        document = queries.one(session, document_id)
        if document is None or document.state != DocumentState.UPLOADING or document.received < document.length:
            raise UploadOver
        parts, photo = list(document.parts), document.appeal_id is not None
    refusal = _take_in(db, storage, document_id, parts, photo=photo)
    for part in parts:
        storage.delete(part)
    if refusal is not None:
        raise refusal
    with db.transaction() as session:
        return found(queries.one(session, document_id))


def _take_in(
    db: Database, storage: Storage, document_id: UUID, parts: Sequence[str], *, photo: bool
) -> DomainError | None:
    """Keep the file and mark it as stored, or record and return the reason of its refusal."""
    try:
        clean = files.take_in(b"".join(storage.get(part) for part in parts), photo=photo)
    except Unavailable:
        raise  # nothing was found out about the file
    except DomainError as refusal:
        with db.transaction() as session:
            documents.refuse(session, document_id, refusal.code)
        return refusal
    key = f"documents/{document_id.hex}{clean.ending}"
    storage.put(key, clean.content)
    with db.transaction() as session:
        refused = documents.store(session, document_id, clean, key)
        replaced: Sequence[Document] = () if refused else documents.give_way(session, document_id)
    if refused is not None:
        storage.delete(key)
    _erase(db, storage, replaced)
    return refused


def upload(db: Database, storage: Storage, who: Principal, application_id: UUID, name: str, content: bytes) -> Document:
    """Upload a whole file of an application at once, as a page sends it; the document that is there, if it is there."""
    document = begin(db, storage, lambda at: documents.begin(at, who, application_id, name, len(content)))
    return receive(db, storage, who, document.id, 0, content)


def upload_photo(
    db: Database, storage: Storage, who: Principal, appeal_id: UUID, name: str, content: bytes
) -> Document:
    """Upload a whole photo of an appeal at once; the photo that is there, if it is there."""
    document = begin(db, storage, lambda at: documents.begin_photo(at, who, appeal_id, name, len(content)))
    return receive(db, storage, who, document.id, 0, content)


def preview(db: Database, storage: Storage, who: Principal, document_id: UUID, page: int, side: int) -> bytes:
    """WebP of a page (from 1) of the document, `side` pixels at its longest; drawn once, then kept.

    `NotFound` for a page that does not exist, or a side that is not in `previews.SIDES`; `DocumentUnreadable`.
    """
    with db.transaction() as session:
        document = documents.readable(session, who, document_id)
    if side not in previews.SIDES or not 1 <= page <= document.pages:
        raise NotFound
    key = _preview_key(document, page, side)
    try:
        return storage.get(key)
    except FileMissing:
        drawn = previews.draw(storage.get(document.key), document.media_type, page, side)
        storage.put(key, drawn)
        return drawn


def _preview_key(document: Document, page: int, side: int) -> str:
    return f"previews/{document.id.hex}-{page}-{side}.webp"


def remove(db: Database, storage: Storage, who: Principal, document_id: UUID) -> None:
    """Remove a photo from an open appeal. `NotFound`, `AppealClosed`."""
    with db.transaction() as session:
        document = documents.removable(session, who, document_id)
    _erase(db, storage, [document])


def erase(db: Database, storage: Storage, application_id: UUID) -> None:
    """Erase the files of a withdrawn application and of its appeals; repeating it is harmless."""
    with db.transaction() as session:
        rows = queries.with_photos(session, application_id)
    _erase(db, storage, rows)


def erase_photos(db: Database, storage: Storage, appeal_id: UUID) -> None:
    """Erase the photos of a closed appeal; repeating it is harmless."""
    with db.transaction() as session:
        rows = queries.photos(session, [appeal_id])
    _erase(db, storage, rows)


def _erase(db: Database, storage: Storage, rows: Sequence[Document]) -> None:
    """Delete the files first and their rows afterwards, so that no file is ever without a row."""
    for document in rows:
        drawn = [_preview_key(document, page, side) for page in range(1, document.pages + 1) for side in previews.SIDES]
        for key in filter(None, (document.key, *document.parts, *drawn)):
            storage.delete(key)
    with db.transaction() as session:
        queries.drop(session, [document.id for document in rows])
