"""What happens after appeals and applications."""

from sqlmodel import Session

from agrimarket.onboarding.events import AppealReceived
from agrimarket.onboarding.service import appeals
from workers.handling import effect


@effect(AppealReceived)
def triage(session: Session, event: AppealReceived) -> None:
    """An appeal is looked at as soon as it is in."""
    appeals.triage(session, event.appeal_id)
