"""What happens after approvals, uploads, withdrawals, and the start of imports."""

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
    """Who asked to be paid by bank transfer need not type their account again."""
    payouts.open_account(session, event.application_id)


@flow(DocumentUploaded)
def finish_upload(db: Database, event: DocumentUploaded) -> None:
    """A document whose bytes are all here is stored or refused, even if the process that took them is gone."""
    try:
        documents.finish(db, storage(get_settings()), event.document_id)
    except DomainError:
        return  # finished before, or refused: its state says which


@flow(AppealForgotten)
def erase_photos(db: Database, event: AppealForgotten) -> None:
    """The photos of an appeal that its farmer closed are erased."""
    documents.erase_photos(db, storage(get_settings()), event.appeal_id)


@flow(ApplicationWithdrawn)
def erase_files(db: Database, event: ApplicationWithdrawn) -> None:
    """The files of a withdrawn application are erased."""
    documents.erase(db, storage(get_settings()), event.application_id)


@flow(ImportLoading, name="bulk.load")
def load_import(db: Database, event: ImportLoading) -> None:
    """The rows of an import that was started are loaded, batch by batch."""
    imports.load(db, event.import_id)


@effect(StaffDismissed)
def let_go_holds(session: Session, event: StaffDismissed) -> None:
    """What an operator held is back in its queue once they are none."""
    if Role.OPERATOR in event.roles:
        holds.let_go(session, event.person_id)


@effect(SlotDue)
def tidy(session: Session, event: SlotDue) -> None:  # noqa: ARG001
    """Drafts of appeals that have not been changed for long are deleted."""
    drafts.tidy(session)
