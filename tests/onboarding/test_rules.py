"""Checksums, promises, urgency, states."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from agrimarket.kernel.money import Money
from agrimarket.onboarding import rules
from agrimarket.onboarding.forms.formats import masked
from agrimarket.typed.identifiers import adds_up, bank_number, credit_code, id_number, unlike_a_card
from tests.factories import onboarding as make

NOW = datetime(2020, 2, 17, 8, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=3650)).map(lambda after: NOW + after)


@given(st.integers(0, 300_000), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_noticed(number: int, place: int, by: int) -> None:
    right = make.id_number_of(number)
    assert id_number(f" {right[:6]} {right[6:]}".lower()) == right
    if right[place].isdecimal():
        wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
        with pytest.raises(ValueError):
            id_number(wrong)


@given(st.integers(0, 10**12 - 1), st.integers(0, 18), st.integers(1, 9))
def test_one_wrong_digit_of_a_card_number_is_noticed(number: int, place: int, by: int) -> None:
    right = make.bank_card_of(number)
    assert bank_number(" ".join(right[i : i + 4] for i in range(0, 19, 4))) == right
    assert not unlike_a_card(right)
    assert unlike_a_card(right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :])


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_credit_code_is_noticed(place: int, other: str) -> None:
    right = make.CREDIT_CODE
    assert credit_code(right.lower()) == right
    wrong = right[:place] + other + right[place + 1 :]
    assert adds_up(wrong) == (wrong == right)


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(anything: str) -> None:
    for normal in (id_number, credit_code, bank_number):
        try:
            assert normal(normal(anything)) == normal(anything)
        except ValueError:
            continue


@pytest.mark.parametrize("number", ["110105194912310021", "11010519490230002X", "11010519491231002", ""])
def test_identity_numbers_that_do_not_add_up(number: str) -> None:
    with pytest.raises(ValueError):
        id_number(number)


def test_what_is_masked() -> None:
    assert masked("王秀英", "name") == "王＊＊"
    assert masked("欧阳", "name") == "欧＊"
    assert masked("王", "name") == "＊"
    assert masked(make.ID_NUMBER, "number") == "••••002X"


def test_spellings_of_a_produce_are_one() -> None:
    assert rules.product_key(" Ｓｔｒａｗ berry") == rules.product_key("strawberry")


@given(st.integers(100_001, 10**9))
def test_a_dictated_number_is_checked(number: int) -> None:
    shown = rules.appeal_number(number)
    assert shown.startswith(f"A{number}-")
    digits = shown.removeprefix("A").replace("-", "")
    assert luhn.is_valid(digits)
    for place, digit in enumerate(digits):
        misheard = digits[:place] + str((int(digit) + 1) % 10) + digits[place + 1 :]
        assert not luhn.is_valid(misheard)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=365)))
def test_the_promise_is_within_a_day_and_a_quarter_of_what_is_left(now: datetime, left: timedelta) -> None:
    by = rules.answer_by(now, now + left)
    assert timedelta(hours=1) <= by - now <= timedelta(hours=24)
    assert by - now <= max(left / 4, timedelta(hours=1))


@given(st.integers(1, 10**12), moments, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_urgency_grows_with_tonnes_waiting_and_nearness(grams: int, submitted: datetime, waited: timedelta) -> None:
    now = submitted + waited
    soon, late = now + timedelta(days=1), now + timedelta(days=9)
    base = rules.urgency(grams, soon, submitted, now)
    assert base >= 0
    assert rules.urgency(grams * 2, soon, submitted, now) == pytest.approx(base * 2)
    assert rules.urgency(grams, late, submitted, now) <= base
    assert rules.urgency(grams, now - timedelta(days=3), submitted, now) == pytest.approx(base * 4)


@given(st.lists(st.floats(0, 1e15), min_size=2, max_size=2).map(sorted))
def test_people_read_urgency_as_a_number_from_0_to_100(urgencies: list[float]) -> None:
    less, more = (rules.score(each) for each in urgencies)
    assert 0 <= less <= more <= 100


def test_half_way_is_a_tonne_that_waited_ten_hours_with_a_day_left() -> None:
    now = datetime(2020, 2, 17, tzinfo=UTC)
    assert rules.score(rules.urgency(1_000_000, now + timedelta(days=1), now - timedelta(hours=10), now)) == 50
    assert rules.score(0.0) == 0


def test_a_day_ends_at_midnight_in_china() -> None:
    assert rules.spoils_by(date(2020, 2, 17)) == datetime(2020, 2, 17, 16, tzinfo=UTC)


def test_the_first_limit_holds_until_all_is_met() -> None:
    def checklist(seen: set[str]) -> list[rules.Requirement]:
        return rules.requirements("farmer", unanswered=False, identity_elsewhere=False, right_to_sell=True, seen=seen)

    everything = set(rules.VERIFIABLE["farmer"])
    assert rules.limit_for(checklist(set()), None, Money(5)) == Money(5)
    assert rules.limit_for(checklist(everything), None, Money(5)) is None
    assert rules.limit_for(checklist(everything), Money(1), Money(5)) == Money(1)


@given(moments, st.timedeltas(timedelta(days=-30), timedelta(days=365)))
def test_who_was_not_reached_is_called_again_within_half_the_promise(now: datetime, left: timedelta) -> None:
    spoils_at = now + left
    following = rules.call_again(now, spoils_at)
    if following is None:
        assert spoils_at + rules.STILL_CALLED <= now + rules.CALL_AGAIN
        return
    again, by = following
    assert now + timedelta(minutes=30) <= again <= now + rules.CALL_AGAIN
    assert again - now <= (by - now) / 2
    assert by == rules.answer_by(now, spoils_at)
    assert again < spoils_at + rules.STILL_CALLED


def test_a_call_is_late_only_while_it_is_owed() -> None:
    hour = timedelta(hours=1)
    assert rules.late(NOW, None, None, NOW)
    assert not rules.late(NOW + hour, None, None, NOW)
    assert not rules.late(NOW - hour, NOW, None, NOW)
    assert rules.late(NOW - hour, NOW - 3 * hour, NOW - 2 * hour, NOW)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_what_nobody_weighed_counts_as_a_small_truck(since: datetime, waited: timedelta) -> None:
    now = since + waited
    spoils_at = now + timedelta(days=2)
    unknown = rules.appeal_urgency(None, spoils_at, since, now)
    assert unknown == rules.appeal_urgency(1_000_000, spoils_at, since, now)
    assert rules.appeal_urgency(500_000, spoils_at, since, now) <= unknown
