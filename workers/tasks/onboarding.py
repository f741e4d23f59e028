"""What happens after approvals, uploads and withdrawals."""

from sqlmodel import Session

from agrimarket.integrations.storage import storage
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding import document_flows
from agrimarket.onboarding.events import AppealForgotten, ApplicationApproved, ApplicationWithdrawn, DocumentUploaded
from agrimarket.onboarding.service import drafts, payouts
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
        document_flows.finish(db, storage(get_settings()), event.document_id)
    except DomainError:
        return  # finished before, or refused: its state says which


@flow(AppealForgotten)
def erase_photos(db: Database, event: AppealForgotten) -> None:
    """The photos of an appeal that its farmer closed are erased."""
    document_flows.erase_photos(db, storage(get_settings()), event.appeal_id)


@flow(ApplicationWithdrawn)
def erase_files(db: Database, event: ApplicationWithdrawn) -> None:
    """The files of a withdrawn application are erased."""
    document_flows.erase(db, storage(get_settings()), event.application_id)


@effect(SlotDue)
def tidy(session: Session, event: SlotDue) -> None:  # noqa: ARG001
    """Appeals that were begun long ago and never signed are forgotten."""
    drafts.tidy(session)
