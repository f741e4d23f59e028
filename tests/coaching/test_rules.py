"""Rules of matching: the score, its explanation, and the promises."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from agrimarket.coaching import rules
from agrimarket.coaching.rules import Need, Profile

NOW = datetime(2020, 2, 17, tzinfo=UTC)
profiles = st.builds(
    Profile,
    coach_id=st.uuids(),
    name=st.text(min_size=1, max_size=5),
    skills=st.dictionaries(st.sampled_from(rules.SKILLS), st.integers(1, 3)),
    languages=st.lists(st.sampled_from(["zh-Hans", "zh-Hant", "en"]), min_size=1, unique=True),
    produce=st.lists(st.sampled_from(["strawberry", "potato", "pineapple"]), unique=True),
    region_code=st.sampled_from(["210681", "210602", "440825"]),
    capacity=st.just(5),
    room=st.integers(0, 5),
)
needs = st.builds(
    Need,
    skills=st.lists(st.sampled_from(rules.SKILLS), unique=True),
    language=st.sampled_from(["zh-Hans", "zh-Hant", "en"]),
    product=st.sampled_from(["strawberry", "potato"]),
    region_code=st.sampled_from(["210681", "440825"]),
)


@given(needs, st.lists(profiles, max_size=8, unique_by=lambda p: p.coach_id))
def test_the_ranking_holds_the_hard_rules_and_explains_itself(need: Need, coaches: list[Profile]) -> None:
    ranked = rules.rank(need, coaches)
    assert {found.coach_id for found in ranked} == {c.coach_id for c in coaches if not rules.why_not(need, c)}
    assert all(0 <= found.points <= 100 for found in ranked)
    assert [f.points for f in ranked] == sorted((f.points for f in ranked), reverse=True)
    if ranked:
        why = rules.why(ranked, 0, 50)
        assert sum(why["parts"].values()) == why["points"] == ranked[0].points
        for other, told in zip(ranked[1:4], why["runners_up"], strict=False):
            assert told["short_by"] == ranked[0].points - other.points >= 0


def test_weights_make_a_hundred() -> None:
    assert sum(rules.WEIGHTS.values()) == 100
    perfect = Profile(UUID(int=1), "林", dict.fromkeys(rules.SKILLS, 3), ["zh-Hans"], ["strawberry"], "210681", 5, 5)
    assert rules.fit(Need(["packaging"], "zh-Hans", "strawberry", "210681"), perfect).points == 100


@given(st.integers(0, 10**12), st.integers(0, 60 * 24), st.integers(0, 200))
def test_urgency_stays_in_its_range_and_rises_as_time_runs_out(grams: int, hours: int, waited: int) -> None:
    opened = NOW - timedelta(hours=waited)
    score = rules.urgency(grams, NOW + timedelta(hours=hours), opened, NOW)
    assert 1 <= score <= 100
    assert rules.urgency(grams, NOW + timedelta(hours=hours / 2), opened, NOW) >= score


def test_first_contact_is_promised_within_half_of_the_time_left() -> None:
    assert rules.first_contact_within(None, NOW) == timedelta(hours=48)
    assert rules.first_contact_within(NOW + timedelta(days=3), NOW) == timedelta(hours=36)
    assert rules.first_contact_within(NOW - timedelta(days=1), NOW) == timedelta(hours=1)


def test_the_plan_begins_with_a_call_and_has_nothing_twice() -> None:
    plan = rules.plan(["packaging", "pricing", "packaging", "unknown"])
    assert plan[0] == "first_contact"
    assert plan[-1] == "follow_first_orders"
    assert len(plan) == len(set(plan)) == 5


def test_days_saved_are_whole_days_between_the_last_sale_and_spoiling() -> None:
    assert rules.days_saved(NOW + timedelta(days=2, hours=20), NOW) == 2
    assert rules.days_saved(NOW - timedelta(days=1), NOW) == 0
    assert rules.days_saved(None, NOW) == rules.days_saved(NOW, None) == 0
