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


class RumourPublished(Event):
    """An operator published a word about a rumour, perhaps in place of an earlier one. The audit log keeps this."""

    topic: ClassVar[str] = "regions.rumour_published"
    rumour_id: UUID
    rebuttal_id: UUID
    supersedes_id: UUID | None
    verdict: str
    authority: str
    person_id: UUID


class RumourSetAside(Event):
    """An operator set a rumour aside, about which nothing will be published. The audit log keeps this."""

    topic: ClassVar[str] = "regions.rumour_set_aside"
    rumour_id: UUID
    why: str
    person_id: UUID


class FollowedRegionChanged(Event):
    """A notice changed what is in force in regions that a person follows: one event a person and notice.

    `verdict` is that of all of them; `partial` where they differ. The names are those of the first three.
    """

    topic: ClassVar[str] = "regions.followed_changed"
    follow_id: UUID
    person_id: UUID
    region_name: str
    region_latin: str
    bulletin_number: str
    verdict: str


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


class HandRestrictionChanged(Event):
    """An operator, `person_id`, restricted a region by hand, or `ended` that. The audit log keeps this."""

    topic: ClassVar[str] = "regions.hand_restriction_changed"
    hand_restriction_id: UUID
    region_code: str
    level: str
    reason: str
    ended: bool
    person_id: UUID
