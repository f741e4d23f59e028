"""Handlers of `regions`."""

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel.resources import reference
from agrimarket.kernel.schedule import SlotDue
from agrimarket.regions.events import (
    BulletinImported,
    HandRestrictionChanged,
    NameAnswered,
    PassRequirementChanged,
    RestrictionsChanged,
    RumourPublished,
    RumourSetAside,
)
from agrimarket.regions.service import bulletins, follows
from workers.handling import effect


@effect(BulletinImported)
def audit_import(session: Session, event: BulletinImported) -> None:
    """Note in the audit log who put which notice into force; `regions` and `accounts` do not know each other."""
    details = {"number": event.bulletin_number, "source": event.source, "sha256": event.sha256}
    audit.record_as(session, event.person_id, "bulletin.imported", reference("bulletin", event.bulletin_id), details)


@effect(RumourPublished)
def audit_rumour(session: Session, event: RumourPublished) -> None:
    """Note in the audit log who published what about which rumour."""
    details = {"verdict": event.verdict, "authority": event.authority}
    if event.supersedes_id is not None:
        details["supersedes"] = reference("rebuttal", event.supersedes_id)
    audit.record_as(session, event.person_id, "rumour.published", reference("rumour", event.rumour_id), details)


@effect(RumourSetAside)
def audit_set_aside(session: Session, event: RumourSetAside) -> None:
    """Note in the audit log who set which rumour aside, and why."""
    about = reference("rumour", event.rumour_id)
    audit.record_as(session, event.person_id, "rumour.set_aside", about, {"reason": event.why})


@effect(RestrictionsChanged)
def tell_followers(session: Session, event: RestrictionsChanged) -> None:
    """Record what to tell those who follow a region that a notice changed."""
    follows.tell(session, event)


@effect(NameAnswered)
def audit_answer(session: Session, event: NameAnswered) -> None:
    """Note in the audit log who said what names mean."""
    details = {"stated": event.stated, "region": event.region_code, "entries": event.entries}
    audit.record_as(session, event.person_id, "name.answered", f"name {event.stated}"[:200], details)


@effect(HandRestrictionChanged)
def audit_by_hand(session: Session, event: HandRestrictionChanged) -> None:
    """Note in the audit log who restricted what by hand, or ended that, and why."""
    action = "restriction.ended" if event.ended else "restriction.made"
    details = {"region": event.region_code, "level": event.level, "reason": event.reason}
    about = reference("hand_restriction", event.hand_restriction_id)
    audit.record_as(session, event.person_id, action, about, details)


@effect(SlotDue)
def end_expired(session: Session, _: SlotDue) -> None:
    """End what notices say that have expired."""
    bulletins.end_expired(session)


@effect(PassRequirementChanged)
def audit_pass_requirement(session: Session, event: PassRequirementChanged) -> None:
    """Note in the audit log who wrote down that a region asks for transport passes, or no more."""
    act = "pass_requirement.ended" if event.until else "pass_requirement.added"
    details = {"region_code": event.region_code, "source": event.source, "until": event.until and str(event.until)}
    subject = reference("pass_requirement", event.requirement_id)
    audit.record_as(session, event.person_id, act, subject, details)
