"""Events of `regions`."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from agrimarket.kernel.outbox import Event


class RestrictionsChanged(Event):
    """A notice took effect and changed where deliveries go.

    `closed` are the codes of places with a new closure, `opened` of those where a closure ended; a code can be in
    both. A code that is not a county stands for all beneath it. Levels that only inform are left out.
    """

    topic: ClassVar[str] = "regions.restrictions_changed"
    bulletin_number: str
    opened: list[str]
    closed: list[str]


class BulletinImported(Event):
    """A notice was imported, by `person_id` or by a program (None). The audit log keeps this."""

    topic: ClassVar[str] = "regions.bulletin_imported"
    bulletin_id: UUID
    bulletin_number: str
    source: str
    sha256: str
    person_id: UUID | None


class NameAnswered(Event):
    """An operator, `person_id`, said which region names mean that none was found for. The audit log keeps this.

    `entries` is how many entries of notices moved there.
    """

    topic: ClassVar[str] = "regions.name_answered"
    stated: str
    region_code: str
    entries: int
    person_id: UUID | None


class PassRequirementChanged(Event):
    """A region asks for transport passes from now on, or (`until`) no more from a day on. The audit log keeps this."""

    topic: ClassVar[str] = "regions.pass_requirement_changed"
    requirement_id: UUID
    region_code: str
    source: str
    until: date | None
    person_id: UUID | None
