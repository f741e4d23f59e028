"""History of a bank account or a payout, from the audit log, in people's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import audit, people
from agrimarket.accounts.types import AuditLine, Contact
from agrimarket.kernel.i18n import t

SHOWN = 20
_FREE_TEXT = ("note", "reference", "reason")


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Line of the macro `timeline` in `parts.html`."""

    at: datetime
    words: str
    more: str
    tone: str = ""


def names(session: Session, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of those people by id; one statement."""
    contacts = people.contacts(session, {each for each in person_ids if each})
    return {person_id: _name(contact) for person_id, contact in contacts.items()}


def _name(contact: Contact) -> str:
    return contact.display_name or contact.email or contact.phone or "–"


def name(who: Mapping[UUID, str], person_id: UUID | None) -> str:
    """Name of a person, out of `names`; a dash if it is not there."""
    return who.get(person_id, "–") if person_id else "–"


def lines(session: Session, *subjects: str) -> list[AuditLine]:
    """Newest audit lines about each subject, newest first."""
    found = [line for subject in subjects for line in audit.entries(session, subject=subject, limit=SHOWN)]
    return sorted(found, key=lambda line: line.id, reverse=True)


def in_words(done: Iterable[AuditLine], who: Mapping[UUID, str], language: str) -> list[TimelineLine]:
    """Audit lines as a timeline shows them."""
    return [TimelineLine(line.at, _words(line, who, language), _free_text(line)) for line in done]


def _words(line: AuditLine, who: Mapping[UUID, str], language: str) -> str:
    if line.person_id is None:
        return t("paydesk.handed_on", language)
    return t(f"paydesk.did.{line.action}", language, who=name(who, line.person_id))


def _free_text(line: AuditLine) -> str:
    return next((str(line.details[key]) for key in _FREE_TEXT if line.details.get(key)), "")
