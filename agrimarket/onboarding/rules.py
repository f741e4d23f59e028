"""Pure rules of `onboarding`: promises, urgency, requirements and limits. No session, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.onboarding.states import CallOutcome

JOIN_WITHIN: Final = timedelta(days=7)
"""The same produce of the same region from the same phone is one appeal for so long."""
DRAFTS_KEPT: Final = timedelta(days=30)
"""Appeals that were begun and not signed are forgotten after so long."""
HOLD: Final = timedelta(minutes=30)
"""How long an operator holds an application, or an appeal, after each claim."""
ASSUMED_GRAMS: Final = 1_000_000
"""What an appeal counts as that does not say how much: one small truck. Half of the real ones of 2020 say nothing, and
the household-sized ones among the others have 0.35 to 1 tonne; so leaving it out neither jumps the queue nor sinks."""
CALL_AGAIN: Final = timedelta(hours=3)
"""Who was not reached is called again after so long, or sooner: who is in the field at seven eats at ten."""
STILL_CALLED: Final = timedelta(days=1)
"""Who was not reached is tried until so long after their harvest should have spoiled: they gave whole days, guessed."""
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
    """The reviewers' order: tonnes × hours waited ÷ days left. `queries.urgency` is the same in SQL."""
    return grams / 1_000_000 * ((now - submitted_at) / timedelta(hours=1)) / days_left(spoils_at, now)


def days_left(spoils_at: datetime, now: datetime) -> float:
    """Days until it spoils, as urgency counts them."""
    return max(spoils_at - now, SHORTEST_LEFT) / timedelta(days=1)


def appeal_urgency(grams: int | None, spoils_at: datetime, since: datetime, now: datetime) -> float:
    """The order of appeals: as of applications, waiting since `waiting_since`; unknown quantities are assumed.

    `queries_triage.queue` computes the same in SQL.
    """
    return urgency(ASSUMED_GRAMS if grams is None else grams, spoils_at, since, now)


def waiting_since(created_at: datetime, called_at: datetime | None, outcome: str | None) -> datetime:
    """Since when an appeal waits: for its call since it came, and once they were reached, for an application."""
    return called_at if called_at is not None and outcome == CallOutcome.REACHED else created_at


def call_again(now: datetime, spoils_at: datetime) -> tuple[datetime, datetime] | None:
    """From when, and at the latest by when, someone is called again who was not reached; None once it is too late.

    The second promise is made like the first, and half of it is left to them to be back within reach.
    """
    by = answer_by(now, spoils_at)
    again = now + min((by - now) / 2, CALL_AGAIN)
    return None if again >= spoils_at + STILL_CALLED else (again, by)


def call_owed(called_at: datetime | None, call_again_at: datetime | None) -> bool:
    """Whether a call is promised: nobody called yet, or nobody was reached and the next call is to come."""
    return called_at is None or call_again_at is not None


def late(answer_by: datetime, called_at: datetime | None, call_again_at: datetime | None, now: datetime) -> bool:
    """Whether the call that is promised by `answer_by` should have been made."""
    return call_owed(called_at, call_again_at) and answer_by <= now


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
