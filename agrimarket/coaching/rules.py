"""Rules of `coaching`: matches, deadlines and plans of cases. Pure functions; scores keep their parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

SKILLS = ("packaging", "cold_chain", "pricing", "live_selling", "food_safety", "listing")
MAX_HELD_TASKS = 3
"""Number of tasks that a coach may hold under a lease at once."""
WEIGHTS = {"skills": 50, "produce": 20, "region": 14, "room": 10, "preference": 6}
"""Points of a perfect fit, by part; they sum to 100. `preference` is the same script of a language, never a veto."""

PLAN: Mapping[str, tuple[str, ...]] = {
    "packaging": ("pack_for_the_road",),
    "cold_chain": ("arrange_cold_chain",),
    "pricing": ("set_price",),
    "live_selling": ("prepare_live_selling",),
    "food_safety": ("check_food_safety",),
    "listing": (),
}


@dataclass(frozen=True, slots=True)
class Need:
    """Needs of a case that a coach should meet."""

    skills: Sequence[str]
    language: str
    product: str
    region_code: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Abilities and capacity of a coach. `room` is the number of free slots, `capacity` all of them."""

    coach_id: UUID
    name: str
    skills: Mapping[str, int]
    languages: Sequence[str]
    produce: Sequence[str]
    region_code: str
    capacity: int
    room: int


@dataclass(frozen=True, slots=True)
class Fit:
    """A coach's points for a case, part by part."""

    coach_id: UUID
    name: str
    parts: Mapping[str, int]

    @property
    def points(self) -> int:
        """The score, 0 to 100."""
        return sum(self.parts.values())


def why_not(need: Need, coach: Profile) -> list[str]:
    """The hard rules that keep the coach from the case; empty if eligible."""
    failed: list[str] = []
    if _tongue(need.language) not in {_tongue(language) for language in coach.languages}:
        failed.append("language")
    if need.skills and not any(coach.skills.get(skill, 0) for skill in need.skills):
        failed.append("skills")
    if coach.room <= 0:
        failed.append("room")
    return failed


def fit(need: Need, coach: Profile) -> Fit:
    """The coach's score for the case, part by part. Skills count by level (3 is full), the rest by what is shared."""
    wanted = need.skills or SKILLS
    level = sum(min(coach.skills.get(skill, 0), 3) for skill in wanted)
    same_county = need.region_code == coach.region_code
    same_province = need.region_code[:2] == coach.region_code[:2]
    return Fit(
        coach.coach_id,
        coach.name,
        {
            "skills": WEIGHTS["skills"] * level // (3 * len(wanted)),
            "produce": WEIGHTS["produce"] if need.product in coach.produce else 0,
            "region": WEIGHTS["region"] if same_county else WEIGHTS["region"] * 2 // 3 if same_province else 0,
            "room": WEIGHTS["room"] * coach.room // max(coach.capacity, 1),
            "preference": WEIGHTS["preference"] if need.language in coach.languages else 0,
        },
    )


def rank(need: Need, coaches: Sequence[Profile]) -> list[Fit]:
    """The eligible coaches, best first; ties go to the one with more room, then to the earlier id."""
    eligible = [fit(need, coach) for coach in coaches if not why_not(need, coach)]
    return sorted(eligible, key=lambda found: (-found.points, -found.parts["room"], found.coach_id))


def why(ranked: Sequence[Fit], chosen: int, urgency: int) -> dict[str, Any]:
    """The reason for the choice: the score with its parts, the urgency, and up to three others with their distance."""
    best = ranked[chosen]
    return {
        "points": best.points,
        "parts": dict(best.parts),
        "urgency": urgency,
        "runners_up": [
            {"name": other.name, "short_by": max(best.points - other.points, 0)}
            for index, other in enumerate(ranked)
            if index != chosen
        ][:3],
    }


def urgency(grams: int, spoils_at: datetime | None, opened_at: datetime, now: datetime) -> int:
    """Urgency, 1 to 100: how soon the stock spoils (60), how much there is (25), how long the case has waited (15)."""
    hours_left = 30 * 24 if spoils_at is None else max((spoils_at - now).total_seconds() / 3600, 0)
    soon = 60 * max(0, 14 * 24 - int(hours_left)) // (14 * 24)
    much = min(25, 5 * len(str(max(grams // 1_000_000, 0))) if grams >= 1_000_000 else grams // 250_000)
    waited = min(15, int((now - opened_at).total_seconds() // 3600) * 15 // 48)
    return max(1, soon + much + waited)


def first_contact_within(spoils_at: datetime | None, now: datetime) -> timedelta:
    """The time in which a first contact is promised: 48 hours, or half of the time left if less; at least an hour."""
    if spoils_at is None:
        return timedelta(hours=48)
    return max(timedelta(hours=1), min(timedelta(hours=48), (spoils_at - now) / 2))


def plan(needs: Sequence[str]) -> list[str]:
    """The kinds of tasks of a case, in order."""
    asked = [kind for need in needs for kind in PLAN.get(need, ())]
    return ["first_contact", *dict.fromkeys(asked), "publish_listing", "follow_first_orders"]


def days_saved(spoils_at: datetime | None, sold_at: datetime | None) -> int:
    """Whole days between the last sale and the moment the stock would have spoiled; 0 if it came too late."""
    return 0 if spoils_at is None or sold_at is None else max((spoils_at - sold_at).days, 0)


def _tongue(language: str) -> str:
    return language.partition("-")[0]
