"""What coaching does after a commit, and its sweeps."""

from sqlmodel import Session

from agrimarket.coaching.events import CaseOpened
from agrimarket.coaching.service import cases, matching, tasks
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding.events import ApplicationApproved
from workers.handling import effect


@effect(ApplicationApproved)
def open_case(session: Session, event: ApplicationApproved) -> None:
    """An approved seller who asked for help gets a case."""
    if event.needs:
        cases.open(
            session,
            source_type="application",
            source_id=event.application_id,
            person_id=event.person_id,
            seller_id=event.seller_id,
            product=event.product,
            region_code=event.region_code,
            grams=event.grams,
            spoils_at=event.spoils_at,
            needs=event.needs,
        )


@effect(CaseOpened)
def match_case(session: Session, event: CaseOpened) -> None:
    """At intake: waiting for a batch gains nothing."""
    matching.match(session, event.case_id)


@effect(SlotDue)
def match_waiting(session: Session, _: SlotDue) -> None:
    """Capacity may have freed since."""
    matching.match_waiting(session)


@effect(SlotDue)
def sweep_leases(session: Session, _: SlotDue) -> None:
    """A coach's client that went away loses the task."""
    tasks.sweep_leases(session)
