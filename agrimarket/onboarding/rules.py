"""Rules of onboarding: promised calls, urgency, holds, requirements and limits. No session, no clock."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from stdnum import luhn

from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.onboarding.states import CallOutcome
from agrimarket.typed import Refused, identifiers

JOIN_WITHIN: Final = timedelta(days=7)
"""Time within which a repeat (same person, region and produce) joins an appeal."""
DRAFTS_KEPT: Final = timedelta(days=30)
"""How long the draft of an appeal is kept after its last change."""
ASSUMED_GRAMS: Final = 1_000_000
"""Weight assumed for an appeal that gives none: one small truck. Half of the real ones of 2020 give none, and the
household-sized ones among the others have 0.35 to 1 tonne; so an appeal without a weight neither jumps the queue nor
sinks."""
CALL_AGAIN: Final = timedelta(hours=3)
"""Longest pause before somebody who was not reached is called again: a farmer in the field at seven eats at ten."""
STILL_CALLED: Final = timedelta(days=1)
"""How long after the harvest should have spoiled somebody is still called again: they guessed, in whole days."""
HALF_WAY: Final = 10.0
"""Urgency (tonnes × hours ÷ days) whose `score` is 50."""
SHORTEST_LEFT: Final = timedelta(hours=6)
"""Least time left that a harvest is counted with, even one that should have spoiled: urgency divides by it."""


def spoils_after(now: datetime, days: int) -> datetime:
    """Moment at which a harvest spoils that keeps `days` days from `now`."""
    return now + timedelta(days=days)


def spoils_by(day: date) -> datetime:
    """The end of `day` in China, in UTC: a harvest is good through the day that was named."""
    return datetime.combine(day + timedelta(days=1), time(), PEOPLES_ZONE).astimezone(UTC)


LONGEST_KEPT: Final = timedelta(days=365)
"""Time within which a harvest spoils that somebody needs help with, in appeals and applications alike."""


def strange(given: Mapping[str, Any], now: datetime) -> list[tuple[str, str, dict[str, Any]]]:
    """Findings about well-formed answers that cannot be right at `now`, or that are to be confirmed first."""
    wrong: list[tuple[str, str, dict[str, Any]]] = []
    today = now.astimezone(PEOPLES_ZONE).date()
    if "spoils_on" in given:
        day = date.fromisoformat(given["spoils_on"])
        if day < today:
            wrong.append(("/spoils_on", "date_past", {}))
        elif day > today + LONGEST_KEPT:
            wrong.append(("/spoils_on", "date_too_far", {"days": LONGEST_KEPT.days}))
    if "id_number" in given:
        try:
            identifiers.check_applicant(given["id_number"], today)
        except Refused as refusal:
            wrong.append(("/id_number", refusal.code, {"years": identifiers.ADULT}))
    number = given.get("account_number")
    if number is not None and identifiers.unlike_a_card(number) and not given.get("account_number_confirmed"):
        wrong.append(("/account_number", "bank_number_unlike_card", {}))
    return wrong


def answer_by(now: datetime, spoils_at: datetime) -> datetime:
    """Latest moment of the promised call: after a quarter of the time left, but at least 1 and at most 24 hours."""
    left = (spoils_at - now) / 4
    return now + min(max(left, timedelta(hours=1)), timedelta(hours=24))


def urgency(grams: int, spoils_at: datetime, submitted_at: datetime, now: datetime) -> float:
    """Order of the queues: tonnes × hours waited ÷ days left. `queries.queues.urgency` is the same in SQL."""
    return grams / 1_000_000 * ((now - submitted_at) / timedelta(hours=1)) / days_left(spoils_at, now)


def score(urgency: float) -> int:
    """That urgency as a number from 0 to 100, for people: 50 is a tonne with one day left that has waited ten hours.

    It nears 100 and never passes it, so that a hundred trucks and one can still be told apart by their order.
    """
    return round(100 * urgency / (urgency + HALF_WAY))


def days_left(spoils_at: datetime, now: datetime) -> float:
    """Days until a harvest spoils, as urgency counts them."""
    return max(spoils_at - now, SHORTEST_LEFT) / timedelta(days=1)


def appeal_urgency(grams: int | None, spoils_at: datetime, since: datetime, now: datetime) -> float:
    """Urgency of an appeal that has waited since `since` (see `waiting_since`); an unknown weight is `ASSUMED_GRAMS`.

    `queries.triage.QUEUE` computes the same in SQL.
    """
    return urgency(ASSUMED_GRAMS if grams is None else grams, spoils_at, since, now)


def waiting_since(created_at: datetime, called_at: datetime | None, outcome: str | None) -> datetime:
    """Start of an appeal's wait: its filing while it waits for a call, then the call that reached its farmer."""
    return called_at if called_at is not None and outcome == CallOutcome.REACHED else created_at


def call_again(now: datetime, spoils_at: datetime) -> tuple[datetime, datetime] | None:
    """Earliest and latest moment of the next call to somebody who was not reached; None once it is too late.

    The new promise is made like the first (`answer_by`); at most half of it passes before the call is due.
    """
    by = answer_by(now, spoils_at)
    again = now + min((by - now) / 2, CALL_AGAIN)
    return None if again >= spoils_at + STILL_CALLED else (again, by)


def call_owed(called_at: datetime | None, call_again_at: datetime | None) -> bool:
    """Whether a call is promised: none was made yet, or the farmer was not reached and is called again."""
    return called_at is None or call_again_at is not None


def late(answer_by: datetime, called_at: datetime | None, call_again_at: datetime | None, now: datetime) -> bool:
    """Whether the call promised by `answer_by` should have been made."""
    return call_owed(called_at, call_again_at) and answer_by <= now


def product_key(product: str) -> str:
    """Produce without variations of spelling (width, case, spaces): two with one key are the same produce."""
    return "".join(unicodedata.normalize("NFKC", product).casefold().split())


def appeal_number(number: int) -> str:
    """Number of an appeal for dictating over the telephone, for example `A100001-7`.

    The last digit is a check digit (Luhn), so that a misheard number is noticed.
    """
    return f"A{number}-{luhn.calc_check_digit(str(number))}"


def chose_bank_transfer(answers: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether an application's answers, by step, ask for payouts by bank transfer."""
    return answers.get("payout", {}).get("payout_method") == "manual"


class Proof(StrEnum):
    """Ways to meet a requirement: the system works it out, the applicant says so, or a reviewer sees it."""

    COMPUTED = "computed"
    ATTESTED = "attested"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Line of the reviewer's checklist."""

    name: str
    proof: Proof
    met: bool


VERIFIABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "farmer": ("identity_seen", "produce_seen"),
    "cooperative": ("identity_seen", "licence_seen", "produce_seen"),
    "enterprise": ("identity_seen", "licence_seen", "produce_seen", "food_safety_seen"),
}
"""Requirements that a reviewer has to find met, by kind of applicant."""


def verifiable(kind: str, *, code_adds_up: bool = True) -> tuple[str, ...]:
    """Requirements that a reviewer has to find met; one more if the credit code does not add up: whether it is so on
    the licence."""
    return VERIFIABLE[kind] if code_adds_up else (*VERIFIABLE[kind], "credit_code_seen")


def requirements(
    kind: str,
    *,
    unanswered: bool,
    identity_elsewhere: bool,
    right_to_sell: bool,
    seen: Collection[str],
    code_adds_up: bool = True,
) -> list[Requirement]:
    """Checklist of an application of that kind, in the order in which it is read.

    `unanswered`: a required answer is missing; `identity_elsewhere`: another seller has the same identity number;
    `seen`: requirements that a reviewer found met.
    """
    return [
        Requirement("answers_complete", Proof.COMPUTED, not unanswered),
        Requirement("identity_unique", Proof.COMPUTED, not identity_elsewhere),
        Requirement("phone_confirmed", Proof.COMPUTED, True),
        Requirement("right_to_sell", Proof.ATTESTED, right_to_sell),
        *(Requirement(name, Proof.VERIFIED, name in seen) for name in verifiable(kind, code_adds_up=code_adds_up)),
    ]


def limit_for(checklist: Collection[Requirement], wanted: Money | None, first: Money) -> Money | None:
    """Exposure limit to approve with: `wanted` if given; else None where all is met, and `first` where not."""
    if wanted is not None:
        return wanted
    return None if all(requirement.met for requirement in checklist) else first
