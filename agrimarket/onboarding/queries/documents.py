"""SELECTs, locks and deletes of documents and photos."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from agrimarket.kernel.db import locked
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.models.documents import Document


def one(session: Session, document_id: UUID, *, lock: bool = False) -> Document | None:
    """The document with that id."""
    statement = select(Document).where(col(Document.id) == document_id).execution_options(populate_existing=True)
    return session.scalars(locked(statement) if lock else statement).one_or_none()


def of_application(session: Session, application_id: UUID) -> Sequence[Document]:
    """An application's documents, oldest first."""
    statement = select(Document).where(col(Document.application_id) == application_id).order_by(col(Document.id))
    return session.scalars(statement).all()


def photos(session: Session, appeal_ids: Collection[UUID]) -> Sequence[Document]:
    """The photos of these appeals in any state, oldest first; no statement if there are no appeals."""
    statement = select(Document).where(col(Document.appeal_id).in_(appeal_ids)).order_by(col(Document.id))
    return session.scalars(statement).all() if appeal_ids else []


def with_photos(session: Session, application_id: UUID) -> Sequence[Document]:
    """An application's documents and the photos of the appeals that led to it, oldest first."""
    appeals = select(col(Appeal.id)).where(col(Appeal.application_id) == application_id)
    statement = select(Document).where(
        (col(Document.application_id) == application_id) | col(Document.appeal_id).in_(appeals)
    )
    return session.scalars(statement.order_by(col(Document.id))).all()


def drop(session: Session, document_ids: Collection[UUID]) -> None:
    """Delete the rows of documents whose files are gone."""
    session.connection().execute(delete(Document).where(col(Document.id).in_(document_ids)))
