"""Documents: who may add, read and finish them. What touches storage is in `document_flows`."""

from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts import service as accounts
from agrimarket.kernel import ids, outbox, states
from agrimarket.kernel.errors import InvalidFields, NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding import files, queries
from agrimarket.onboarding.errors import (
    DocumentsTooMany,
    DocumentTooLarge,
    DocumentTwice,
    StepClosed,
    UploadElsewhere,
    UploadOver,
)
from agrimarket.onboarding.events import DocumentUploaded
from agrimarket.onboarding.files import Clean
from agrimarket.onboarding.models import Document
from agrimarket.onboarding.service import applications
from agrimarket.onboarding.states import DOCUMENT, DocumentState

MOST = 30


def begin(session: Session, who: Principal, application_id: UUID, name: str, length: int) -> Document:
    """A document to upload, of `length` bytes. `NotFound`, `StepClosed`, `DocumentTooLarge`, `DocumentsTooMany`."""
    if length <= 0:
        raise InvalidFields([("/Upload-Length", "greater_than", {"gt": 0})])
    if length > files.MAX_BYTES:
        raise DocumentTooLarge(megabytes=files.MAX_BYTES // 1_000_000, pages=files.MAX_PAGES)
    found = applications.full(session, applications.lock(session, who, application_id))
    if "documents" not in found.open_steps():
        raise StepClosed(details={"open": found.open_steps()})
    if len(queries.documents(session, application_id)) >= MOST:
        raise DocumentsTooMany(most=MOST)
    document = Document(
        id=new_id(),
        application_id=application_id,
        uploaded_by=who.person_id,
        name=files.clean_name(name),
        length=length,
        parts=[],
    )
    session.add(document)
    session.flush()  # the answer shows what is stored
    return document


def own(session: Session, who: Principal, document_id: UUID) -> Document:
    """A document of that person's application; `NotFound` for anyone else's."""
    document = queries.document(session, document_id)
    if document is None:
        raise NotFound
    applications.read(session, who, document.application_id)
    return document


def readable(session: Session, who: Principal, document_id: UUID) -> Document:
    """As `own`; for operators any, and that they opened it is audited."""
    if not who.has(Role.OPERATOR):
        return own(session, who, document_id)
    document = queries.document(session, document_id)
    if document is None:
        raise NotFound
    subject = ids.encode("app", document.application_id)
    accounts.audit(session, who, "application.document_opened", subject, {"document": ids.encode("doc", document_id)})
    return document


def append(session: Session, document_id: UUID, offset: int, key: str, size: int) -> Document:
    """Note a part that is in storage. `UploadElsewhere`, `UploadOver`, `DocumentTooLarge`; the part is then not used.

    With the last byte `DocumentUploaded` is recorded, so that it is finished whatever happens to this process.
    """
    document = queries.document(session, document_id, lock=True)
    if document is None:
        raise NotFound
    if document.state != DocumentState.UPLOADING:
        raise UploadOver
    if document.received != offset:
        raise UploadElsewhere(details={"offset": document.received})
    if offset + size > document.length:
        raise DocumentTooLarge(megabytes=files.MAX_BYTES // 1_000_000, pages=files.MAX_PAGES)
    if size:
        document.parts = [*document.parts, key]
        document.received = offset + size
        if document.received == document.length:
            outbox.record(session, DocumentUploaded(document_id=document.id))
    session.flush()  # the answer shows what is stored
    return document


def store(session: Session, document_id: UUID, clean: Clean, key: str) -> DocumentTwice | None:
    """The file is in storage under `key`; the refusal where the application has the same already."""
    document = queries.document(session, document_id, lock=True)
    if document is None or document.state != DocumentState.UPLOADING:
        return None
    applications.lock_any(session, document.application_id)  # so that two of the same cannot pass one another
    same = [
        each
        for each in queries.documents(session, document.application_id)
        if each.sha256 == clean.sha256 and each.state == DocumentState.STORED
    ]
    if same:
        refusal = DocumentTwice(details={"document_id": ids.encode("doc", same[0].id)})
        refuse(session, document_id, refusal.code)
        return refusal
    document.sha256, document.key, document.media_type = clean.sha256, key, clean.media_type
    document.parts = []
    states.move(document, DocumentState.STORED, DOCUMENT)
    return None


def refuse(session: Session, document_id: UUID, reason: str) -> None:
    """What was uploaded cannot be kept."""
    document = queries.document(session, document_id, lock=True)
    if document is not None and document.state == DocumentState.UPLOADING:
        document.reason = reason
        document.parts = []
        states.move(document, DocumentState.REFUSED, DOCUMENT)
