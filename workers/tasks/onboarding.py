"""Handlers of `onboarding`: the effects of approvals, uploads, withdrawals and started imports, and a sweep."""

from sqlmodel import Session

from agrimarket.accounts.events import StaffDismissed
from agrimarket.integrations.storage import storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Role
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding.events import (
    AppealForgotten,
    ApplicationApproved,
    ApplicationWithdrawn,
    DocumentUploaded,
    ImportLoading,
)
from agrimarket.onboarding.flows import documents, imports
from agrimarket.onboarding.service import drafts, holds, payouts
from agrimarket.settings import get_settings
from workers.handling import effect, flow


@effect(ApplicationApproved)
def open_bank_account(session: Session, event: ApplicationApproved) -> None:
    """Open the bank account that an applicant asked to be paid on, so that they need not type it again."""
    payouts.open_account(session, event.application_id)


@flow(DocumentUploaded)
def finish_upload(db: Database, event: DocumentUploaded) -> None:
    """Store or refuse a document whose bytes are all here, even if the process that received them has ended."""
    try:
        documents.finish(db, storage(get_settings()), event.document_id)
    except DomainError:
        return  # finished before, or refused, as its state says


@flow(AppealForgotten)
def erase_photos(db: Database, event: AppealForgotten) -> None:
    """Erase the photos of an appeal that its farmer closed."""
    documents.erase_photos(db, storage(get_settings()), event.appeal_id)


@flow(ApplicationWithdrawn)
def erase_files(db: Database, event: ApplicationWithdrawn) -> None:
    """Erase the files of a withdrawn application."""
    documents.erase(db, storage(get_settings()), event.application_id)


@flow(ImportLoading, name="bulk.load")
def load_import(db: Database, event: ImportLoading) -> None:
    """Load the rows of a started import, batch by batch."""
    imports.load(db, event.import_id)


@effect(StaffDismissed)
def let_go_holds(session: Session, event: StaffDismissed) -> None:
    """What an operator held is back in its queue once they are none."""
    if Role.OPERATOR in event.roles:
        holds.let_go(session, event.person_id)


@effect(SlotDue)
def tidy(session: Session, event: SlotDue) -> None:  # noqa: ARG001
    """Delete drafts of appeals that have not been changed for long."""
    drafts.tidy(session)
