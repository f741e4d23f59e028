"""What was done to a bank account or a payout, from the audit log, in words."""

from collections.abc import Iterable
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
class Done:
    """One line of a timeline (`parts.html`)."""

    at: datetime
    words: str
    more: str
    tone: str = ""


def names(session: Session, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """What those people are called; one statement."""
    found = people.contacts(session, {each for each in person_ids if each})
    return {person_id: _name(contact) for person_id, contact in found.items()}


def name(who: dict[UUID, str], person_id: UUID | None) -> str:
    """One of `names`; a dash for somebody who is not there."""
    return who.get(person_id, "–") if person_id else "–"


def _name(contact: Contact) -> str:
    return contact.display_name or contact.email or contact.phone or "–"


def lines(session: Session, *subjects: str) -> list[AuditLine]:
    """The newest entries about each subject, the newest first."""
    found = [line for subject in subjects for line in audit.entries(session, subject=subject, limit=SHOWN)]
    return sorted(found, key=lambda line: line.id, reverse=True)


def _words(line: AuditLine, who: dict[UUID, str], language: str) -> str:
    if line.person_id is None:
        return t("paydesk.handed_on", language)
    return t(f"paydesk.did.{line.action}", language, who=name(who, line.person_id))


def in_words(found: Iterable[AuditLine], who: dict[UUID, str], language: str) -> list[Done]:
    """As a timeline says it."""
    return [
        Done(
            line.at,
            _words(line, who, language),
            next((str(line.details[key]) for key in _FREE_TEXT if line.details.get(key)), ""),
        )
        for line in found
    ]
