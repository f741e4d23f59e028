"""Documents: who may add, read and finish them. What touches storage is in `document_flows`."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import ids, outbox, states
from agrimarket.kernel.errors import InvalidFields, NotFound
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding import files, queries, queries_triage
from agrimarket.onboarding.errors import (
    AppealClosed,
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
from agrimarket.onboarding.states import DOCUMENT, AppealState, DocumentState

MOST = 30
MOST_PHOTOS = 6
"""Of one appeal: the whole, close up, cut open, and as many again."""


def begin(session: Session, who: Principal, application_id: UUID, name: str, length: int) -> Document:
    """A document of an application, of `length` bytes. `NotFound`, `StepClosed`, `DocumentTooLarge`,
    `DocumentsTooMany`."""
    _check_length(length)
    found = applications.full(session, applications.lock(session, who, application_id))
    if "documents" not in found.open_steps():
        raise StepClosed(open=found.open_steps())
    if len(queries.documents(session, application_id)) >= MOST:
        raise DocumentsTooMany(most=MOST)
    return _add(session, who, name, length, application_id=application_id)


def begin_photo(session: Session, who: Principal, appeal_id: UUID, name: str, length: int) -> Document:
    """A photo of an appeal, of `length` bytes. `NotFound`, `AppealClosed`, `DocumentTooLarge`, `DocumentsTooMany`."""
    _check_length(length)
    _lock_appeal(session, who, appeal_id)
    if len([each for each in queries.photos(session, [appeal_id]) if _counts(each)]) >= MOST_PHOTOS:
        raise DocumentsTooMany(most=MOST_PHOTOS)
    return _add(session, who, name, length, appeal_id=appeal_id)


def _check_length(length: int) -> None:
    if length <= 0:
        raise InvalidFields([("/Upload-Length", "greater_than", {"gt": 0})])
    if length > files.MAX_BYTES:
        raise DocumentTooLarge(megabytes=files.MAX_BYTES // 1_000_000, pages=files.MAX_PAGES)


def _lock_appeal(session: Session, who: Principal, appeal_id: UUID) -> None:
    appeal = queries.appeal(session, appeal_id, who.person_id, lock=True)
    if appeal is None:
        raise NotFound
    if appeal.state == AppealState.CLOSED:
        raise AppealClosed


def _counts(document: Document) -> bool:
    return document.state != DocumentState.REFUSED


def _add(
    session: Session,
    who: Principal,
    name: str,
    length: int,
    *,
    application_id: UUID | None = None,
    appeal_id: UUID | None = None,
) -> Document:
    document = Document(
        id=new_id(),
        application_id=application_id,
        appeal_id=appeal_id,
        uploaded_by=who.person_id,
        name=files.clean_name(name),
        length=length,
        parts=[],
    )
    session.add(document)
    session.flush()  # the answer shows what is stored
    return document


def own(session: Session, who: Principal, document_id: UUID) -> Document:
    """A document of that person's application or appeal; `NotFound` for anyone else's."""
    document = queries.document(session, document_id)
    if document is None:
        raise NotFound
    if document.application_id is not None:
        owner = queries.application(session, document.application_id, who.person_id)
    else:
        owner = queries.appeal(session, _appeal_id(document), who.person_id)
    if owner is None:
        raise NotFound
    return document


def _appeal_id(document: Document) -> UUID:
    assert document.appeal_id is not None  # noqa: S101 - the table's CHECK: it is of the one or the other
    return document.appeal_id


def readable(session: Session, who: Principal, document_id: UUID) -> Document:
    """As `own`, once it is stored; for operators any, and that they opened it is audited."""
    operator = who.has(Role.OPERATOR)
    document = queries.document(session, document_id) if operator else own(session, who, document_id)
    if document is None or document.state != DocumentState.STORED:
        raise NotFound
    if operator:
        subject = ids.encode("app", document.application_id) if document.application_id else ""
        subject = subject or ids.encode("apl", _appeal_id(document))
        opened = {"document": ids.encode("doc", document_id)}
        audit.record(session, who, "application.document_opened", subject, opened)
    return document


def of_application(session: Session, application_id: UUID) -> Sequence[Document]:
    """What is stored of an application and of the appeals that led to it, oldest first."""
    found = queries.documents_and_photos(session, application_id)
    return [each for each in found if each.state == DocumentState.STORED]


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
        raise UploadElsewhere(offset=document.received)
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
    """The file is in storage under `key`; the refusal where the application or appeal has the same already."""
    document = queries.document(session, document_id, lock=True)
    if document is None or document.state != DocumentState.UPLOADING:
        return None
    same = [each for each in _beside(session, document) if each.sha256 == clean.sha256 and each.key]
    if same:
        refusal = DocumentTwice(document_id=same[0].id)
        refuse(session, document_id, refusal.code)
        return refusal
    document.sha256, document.key, document.media_type = clean.sha256, key, clean.media_type
    document.pages, document.parts = clean.pages, []
    states.move(document, DocumentState.STORED, DOCUMENT)
    return None


def _beside(session: Session, document: Document) -> Sequence[Document]:
    """All of the same application or appeal, whose row is locked so that two of the same cannot pass one another."""
    if document.application_id is not None:
        applications.lock_any(session, document.application_id)
        return queries.documents(session, document.application_id)
    appeal_id = _appeal_id(document)
    queries_triage.any_appeal(session, appeal_id, lock=True)
    return queries.photos(session, [appeal_id])


def refuse(session: Session, document_id: UUID, reason: str) -> None:
    """What was uploaded cannot be kept."""
    document = queries.document(session, document_id, lock=True)
    if document is not None and document.state == DocumentState.UPLOADING:
        document.reason = reason
        document.parts = []
        states.move(document, DocumentState.REFUSED, DOCUMENT)


def removable(session: Session, who: Principal, document_id: UUID) -> Document:
    """A photo that may be taken away again: of that person's appeal, while it is open. `NotFound`, `AppealClosed`."""
    document = own(session, who, document_id)
    if document.appeal_id is None:
        raise NotFound
    _lock_appeal(session, who, document.appeal_id)
    return document
