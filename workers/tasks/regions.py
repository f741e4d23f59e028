"""What follows from notices."""

from sqlmodel import Session

from agrimarket.accounts.service import audit
from agrimarket.kernel import ids
from agrimarket.regions.events import BulletinImported
from workers.handling import effect


@effect(BulletinImported)
def audit_import(session: Session, event: BulletinImported) -> None:
    """Who put which notice into force goes into the audit log; `regions` and `accounts` do not know each other."""
    details = {"number": event.bulletin_number, "source": event.source, "sha256": event.sha256}
    audit.record_as(session, event.person_id, "bulletin.imported", ids.encode("bul", event.bulletin_id), details)
