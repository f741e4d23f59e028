"""Documents: who may add, read and finish them. Calls to storage are in `flows.documents`."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import outbox, resources, states
from agrimarket.kernel.errors import DomainError, InvalidFields, NotFound, found
from agrimarket.kernel.ids import new_id
from agrimarket.kernel.principal import Principal, Role
from agrimarket.onboarding.documents import files
from agrimarket.onboarding.documents.files import CleanFile
from agrimarket.onboarding.errors import (
    AppealClosed,
    DocumentsTooMany,
    DocumentTwice,
    StepClosed,
    UploadElsewhere,
    UploadOver,
    UploadTooLong,
)
from agrimarket.onboarding.events import DocumentUploaded
from agrimarket.onboarding.models.applications import Application
from agrimarket.onboarding.models.documents import Document
from agrimarket.onboarding.queries import appeals as appeal_queries
from agrimarket.onboarding.queries import applications as application_queries
from agrimarket.onboarding.queries import documents as queries
from agrimarket.onboarding.service import appeals, applications
from agrimarket.onboarding.states import DOCUMENT_TRANSITIONS, AppealState, DocumentState

STEP = "documents"
"""The step of an application whose answers are documents."""
MOST = 30
"""Stored documents of one application that its answers name, and of all that are kept with it."""
MOST_PHOTOS = 6
"""Stored photos of one appeal: the whole, close up, cut open, and as many again."""
MOST_UNFINISHED = 10
"""Uploads under way for one application or appeal. The oldest gives way to a new one: its sender has begun again."""


def begin(session: Session, who: Principal, application_id: UUID, name: str, length: int) -> Document:
    """Begin a document of an application, with `length` bytes still to come.

    Only what is stored and named by an answer counts: what was replaced gives way (`give_way`).
    `NotFound`, `StepClosed`, `DocumentTooLarge`, `DocumentsTooMany`.
    """
    _check_length(length)
    application = applications.mine(session, who, application_id, lock=True)
    open_steps = applications.dossier(session, application).open_steps()
    if STEP not in open_steps:
        raise StepClosed(open=open_steps)
    _check_room(_named(application, queries.of_application(session, application_id)), MOST)
    return _add(session, who, name, length, application_id=application_id)


def begin_photo(session: Session, who: Principal, appeal_id: UUID, name: str, length: int) -> Document:
    """Begin a photo of an appeal, with `length` bytes still to come. Only what is stored counts.

    `NotFound`, `AppealClosed`, `DocumentTooLarge`, `DocumentsTooMany`.
    """
    _check_length(length)
    _lock_open_appeal(session, who, appeal_id)
    _check_room(queries.photos(session, [appeal_id]), MOST_PHOTOS)
    return _add(session, who, name, length, appeal_id=appeal_id)


def _check_length(length: int) -> None:
    if length <= 0:
        raise InvalidFields([("/Upload-Length", "greater_than", {"gt": 0})])
    if length > files.MAX_BYTES:
        raise files.too_large()


def _check_room(beside: Sequence[Document], most: int) -> None:
    if sum(each.state == DocumentState.STORED for each in beside) >= most:
        raise DocumentsTooMany(most=most)


def give_up(session: Session, document: Document) -> list[str]:
    """Refuse the oldest uploads beside a new one, all but `MOST_UNFINISHED`; returns their parts' keys in storage."""
    unfinished = [each for each in _beside(session, document) if each.state == DocumentState.UPLOADING]
    given_up = unfinished[:-MOST_UNFINISHED]
    keys = [key for each in given_up for key in each.parts]
    for each in given_up:
        refuse(session, each.id, UploadOver.code)
    return keys


def _lock_open_appeal(session: Session, who: Principal, appeal_id: UUID) -> None:
    if appeals.mine(session, who, appeal_id, lock=True).state == AppealState.CLOSED:
        raise AppealClosed


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


def mine(session: Session, who: Principal, document_id: UUID) -> Document:
    """A document of that person's application or appeal; `NotFound` for anyone else's."""
    document = found(queries.one(session, document_id))
    if document.application_id is not None:
        applications.mine(session, who, document.application_id)
    else:
        appeals.mine(session, who, _appeal_id(document))
    return document


def _appeal_id(document: Document) -> UUID:
    assert document.appeal_id is not None  # noqa: S101 - the table's CHECK: it is of the one or the other
    return document.appeal_id


def readable(session: Session, who: Principal, document_id: UUID) -> Document:
    """Stored document of that person; any for an operator, whose access is audited."""
    operator = who.has(Role.OPERATOR)
    document = found(queries.one(session, document_id)) if operator else mine(session, who, document_id)
    if document.state != DocumentState.STORED:
        raise NotFound
    if operator:
        opened = {"document": resources.reference("document", document_id)}
        audit.record(session, who, "application.document_opened", _subject(document), opened)
    return document


def _subject(document: Document) -> str:
    """Subject of the document (an application or appeal), as the audit log names it."""
    if document.application_id is not None:
        return resources.reference("application", document.application_id)
    return resources.reference("appeal", _appeal_id(document))


def stored(session: Session, application_id: UUID) -> Sequence[Document]:
    """The stored documents of an application and photos of the appeals that led to it, oldest first."""
    rows = queries.with_photos(session, application_id)
    return [row for row in rows if row.state == DocumentState.STORED]


def append(session: Session, document_id: UUID, offset: int, key: str, size: int) -> Document:
    """Record a part of `size` bytes that is in storage under `key`.

    With the last byte `DocumentUploaded` is recorded, so that it gets finished whatever happens to this process.
    `UploadElsewhere`, `UploadOver`, `UploadTooLong`; the part is then not used.
    """
    document = found(queries.one(session, document_id, lock=True))
    if document.state != DocumentState.UPLOADING:
        raise UploadOver
    if document.received != offset:
        raise UploadElsewhere(offset=document.received)
    if offset + size > document.length:
        raise UploadTooLong(length=document.length)
    if size:
        document.parts = [*document.parts, key]
        document.received = offset + size
        if document.received == document.length:
            outbox.record(session, DocumentUploaded(document_id=document.id))
    session.flush()  # the answer shows what is stored
    return document


def store(session: Session, document_id: UUID, clean: CleanFile, key: str) -> DomainError | None:
    """Mark a document as stored, with its file in storage under `key`.

    If the application or appeal already has the same picture, or as many as it may, the document is refused and the
    refusal returned: `DocumentTwice`, `DocumentsTooMany`.
    """
    document = queries.one(session, document_id, lock=True)
    if document is None or document.state != DocumentState.UPLOADING:
        return None
    try:
        _check_new(session, document, _beside(session, document), clean)
    except DomainError as refusal:
        refuse(session, document_id, refusal.code)
        return refusal
    document.sha256, document.key, document.media_type = clean.sha256, key, clean.media_type
    document.pages, document.parts = clean.pages, []
    states.move(document, DocumentState.STORED, DOCUMENT_TRANSITIONS)
    return None


def _check_new(session: Session, document: Document, beside: Sequence[Document], clean: CleanFile) -> None:
    same = next((each for each in beside if each.sha256 == clean.sha256 and each.key), None)
    if same is not None:
        raise DocumentTwice(document_id=same.id)
    if document.application_id is None:
        _check_room(beside, MOST_PHOTOS)
    else:
        application = found(application_queries.one(session, document.application_id))
        _check_room(_named(application, beside), MOST)


def give_way(session: Session, document_id: UUID) -> Sequence[Document]:
    """The oldest documents beside one that was just stored that no answer names, as many as are above `MOST`.

    They are to be erased: their sender has put others in their place. None of an appeal, whose photos are taken away
    by who sent them.
    """
    document = found(queries.one(session, document_id))
    if document.application_id is None:
        return []
    stored = [each for each in _beside(session, document) if each.state == DocumentState.STORED]
    named = _named(found(application_queries.one(session, document.application_id)), stored)
    spare = [each for each in stored if each not in named and each.id != document_id]
    return spare[: max(0, len(stored) - MOST)]


def _named(application: Application, rows: Sequence[Document]) -> list[Document]:
    """Those of the documents that an answer of their application names."""
    ids = set(application.answers.get(STEP, {}).values())
    return [row for row in rows if resources.reference("document", row.id) in ids]


def _beside(session: Session, document: Document) -> Sequence[Document]:
    """Documents of the same application or appeal, whose row is locked so that two equal ones cannot both pass."""
    if document.application_id is not None:
        application_queries.one(session, document.application_id, lock=True)
        return queries.of_application(session, document.application_id)
    appeal_id = _appeal_id(document)
    appeal_queries.one(session, appeal_id, lock=True)
    return queries.photos(session, [appeal_id])


def refuse(session: Session, document_id: UUID, reason: str) -> None:
    """Mark an upload as refused; `reason` is the code of the error."""
    document = queries.one(session, document_id, lock=True)
    if document is not None and document.state == DocumentState.UPLOADING:
        document.reason = reason
        document.parts = []
        states.move(document, DocumentState.REFUSED, DOCUMENT_TRANSITIONS)


def removable(session: Session, who: Principal, document_id: UUID) -> Document:
    """Photo that may be removed: of that person's appeal, while it is open. `NotFound`, `AppealClosed`."""
    document = mine(session, who, document_id)
    _lock_open_appeal(session, who, found(document.appeal_id))
    return document
