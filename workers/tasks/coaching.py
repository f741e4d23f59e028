"""Handlers of `coaching`: cases of approved sellers, their match, and the sweeps."""

from sqlmodel import Session

from agrimarket.accounts.events import StaffDismissed
from agrimarket.coaching.events import CaseOpened
from agrimarket.coaching.service import cases, coaches, matching, tasks
from agrimarket.kernel.principal import Role
from agrimarket.kernel.schedule import SlotDue
from agrimarket.onboarding.events import ApplicationApproved
from workers.handling import effect


@effect(ApplicationApproved)
def open_case(session: Session, event: ApplicationApproved) -> None:
    """Open a case for an approved seller who asked for help."""
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
    """Match a case as soon as it is open, since waiting for a batch gains nothing."""
    matching.match(session, event.case_id)


@effect(SlotDue)
def match_waiting(session: Session, _: SlotDue) -> None:
    """Match the cases that wait, since a coach may have become free."""
    matching.match_waiting(session)


@effect(SlotDue)
def sweep_leases(session: Session, _: SlotDue) -> None:
    """Return the tasks whose lease has lapsed, because the coach's client went away."""
    tasks.sweep_leases(session)


@effect(StaffDismissed)
def retire_coach(session: Session, event: StaffDismissed) -> None:
    """Who is a coach no more gets no case; their leases end, and cases that they have not begun are matched anew."""
    if Role.COACH in event.roles:
        coaches.retire(session, event.person_id)
        tasks.let_go(session, event.person_id)
        cases.hand_back(session, event.person_id)
