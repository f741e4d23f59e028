"""Pure rules of `onboarding`: promises, urgency, requirements and limits. No session, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money

JOIN_WITHIN: Final = timedelta(days=7)
"""The same produce of the same region from the same phone is one appeal for so long."""
DRAFTS_KEPT: Final = timedelta(days=30)
"""Appeals that were begun and not signed are forgotten after so long."""
HOLD: Final = timedelta(minutes=30)
"""How long a reviewer holds an application after each claim."""
FIRST_LIMIT: Final = Money(2_000_000)
"""What a farmer who is not fully verified may have sold but not yet delivered, unless the reviewer says otherwise."""
HIGHEST_LIMIT: Final = Money(20_000_000)
"""The most that a reviewer may allow before full verification."""
SHORTEST_LEFT: Final = timedelta(hours=6)
"""Harvests that spoil sooner, or should have spoiled, count as this, so that none divides by nothing."""


def spoils_after(now: datetime, days: int) -> datetime:
    """When a harvest spoils that keeps for `days` more days."""
    return now + timedelta(days=days)


def spoils_by(day: date) -> datetime:
    """The end of that day in China."""
    return datetime.combine(day + timedelta(days=1), time(), PEOPLES_ZONE).astimezone(UTC)


def answer_by(now: datetime, spoils_at: datetime) -> datetime:
    """When a person answers at the latest: within a quarter of the time left, never later than 24 hours or sooner than 1."""  # noqa: E501
    left = (spoils_at - now) / 4
    return now + min(max(left, timedelta(hours=1)), timedelta(hours=24))


def urgency(grams: int, spoils_at: datetime, submitted_at: datetime, now: datetime) -> float:
    """The reviewers' order: tonnes × hours waited ÷ days left. `queries.queue` computes the same in SQL."""
    days_left = max(spoils_at - now, SHORTEST_LEFT) / timedelta(days=1)
    return grams / 1_000_000 * ((now - submitted_at) / timedelta(hours=1)) / days_left


class Proof(StrEnum):
    """How a requirement is shown: the system works it out, the applicant says so, or a reviewer sees it."""

    COMPUTED = "computed"
    ATTESTED = "attested"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of the reviewer's checklist."""

    name: str
    proof: Proof
    met: bool


VERIFIABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "farmer": ("identity_seen", "produce_seen"),
    "cooperative": ("identity_seen", "licence_seen", "produce_seen"),
    "enterprise": ("identity_seen", "licence_seen", "produce_seen", "food_safety_seen"),
}
"""What a reviewer has to see, by kind."""


def requirements(
    kind: str, *, unanswered: bool, identity_elsewhere: bool, right_to_sell: bool, seen: Collection[str]
) -> list[Requirement]:
    """The checklist of one application, in the order in which it is read."""
    return [
        Requirement("answers_complete", Proof.COMPUTED, not unanswered),
        Requirement("identity_unique", Proof.COMPUTED, not identity_elsewhere),
        Requirement("phone_confirmed", Proof.COMPUTED, True),
        Requirement("right_to_sell", Proof.ATTESTED, right_to_sell),
        *(Requirement(name, Proof.VERIFIED, name in seen) for name in VERIFIABLE[kind]),
    ]


def limit_for(checklist: Collection[Requirement], wanted: Money | None) -> Money | None:
    """The exposure limit to approve with: none once everything is met, else what is wanted, else the first limit."""
    if wanted is not None:
        return wanted
    return None if all(requirement.met for requirement in checklist) else FIRST_LIMIT
