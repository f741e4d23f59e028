"""Handlers of `regions`."""

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel.resources import reference
from agrimarket.regions.events import BulletinImported, PassRequirementChanged
from workers.handling import effect


@effect(BulletinImported)
def audit_import(session: Session, event: BulletinImported) -> None:
    """Note in the audit log who put which notice into force; `regions` and `accounts` do not know each other."""
    details = {"number": event.bulletin_number, "source": event.source, "sha256": event.sha256}
    audit.record_as(session, event.person_id, "bulletin.imported", reference("bulletin", event.bulletin_id), details)


@effect(PassRequirementChanged)
def audit_pass_requirement(session: Session, event: PassRequirementChanged) -> None:
    """Note in the audit log who wrote down that a region asks for transport passes, or no more."""
    act = "pass_requirement.ended" if event.until else "pass_requirement.added"
    details = {"region_code": event.region_code, "source": event.source, "until": event.until and str(event.until)}
    subject = reference("pass_requirement", event.requirement_id)
    audit.record_as(session, event.person_id, act, subject, details)
