"""Calls are promised within calling hours."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.drive import Calling
from agrimarket.kernel.calling import LEAST, awake, call_by, next_call
from agrimarket.kernel.i18n import PEOPLES_ZONE

DAY = Calling.model_validate({"from": time(8), "until": time(20)})


def _there(hour: int, minute: int = 0, day: int = 17) -> datetime:
    return datetime(2020, 2, day, hour, minute, tzinfo=PEOPLES_ZONE)


@pytest.mark.parametrize(
    ("now", "by", "promised"),
    [
        (_there(9), _there(11, 30), _there(11, 30)),
        (_there(17), _there(23), _there(20)),
        (_there(19, 30), _there(20, 30), _there(9, day=18)),
        (_there(22), _there(23), _there(9, day=18)),
        (_there(3), _there(4), _there(9)),
        (_there(3), _there(10), _there(10)),
        (_there(15), _there(4, day=18), _there(20)),
        (_there(22), _there(22, day=18), _there(20, day=18)),
    ],
)
def test_a_promise_is_moved_into_calling_hours(now: datetime, by: datetime, promised: datetime) -> None:
    assert call_by(now, by, DAY) == promised


@pytest.mark.parametrize(
    ("now", "spoils", "promised"),
    [
        (_there(19, 30), _there(23, 59), _there(20)),
        (_there(19, 30), _there(9, 30, day=18), _there(9, day=18)),
        (_there(19, 50), _there(23, 59), _there(9, day=18)),
        (_there(22), _there(23, 59), _there(9, day=18)),
    ],
)
def test_a_call_comes_before_it_spoils_if_it_can(now: datetime, spoils: datetime, promised: datetime) -> None:
    assert call_by(now, now + timedelta(hours=1), DAY, useless=spoils) == promised


@pytest.mark.parametrize(
    ("moment", "called"),
    [(_there(7), _there(8)), (_there(12), _there(12)), (_there(20), _there(8, day=18)), (_there(8), _there(8))],
)
def test_nobody_is_called_at_night(moment: datetime, called: datetime) -> None:
    assert next_call(moment, DAY) == called


@pytest.mark.parametrize(
    ("ends", "moved"),
    [
        (_there(8), _there(8)),
        (_there(19, 59), _there(19, 59)),
        (_there(20), _there(9, day=18)),
        (_there(23, 12), _there(9, day=18)),
        (_there(3, 12), _there(9)),
    ],
)
def test_a_deadline_of_the_night_is_moved_into_the_morning(ends: datetime, moved: datetime) -> None:
    assert awake(ends, DAY) == moved


@given(
    st.timedeltas(timedelta(0), timedelta(days=366)).map(lambda after: datetime(2020, 1, 1, tzinfo=UTC) + after),
    st.timedeltas(timedelta(hours=1), timedelta(hours=24)),
    st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1]).map(sorted),
)
def test_every_promise_can_be_kept_within_the_hours(now: datetime, left: timedelta, hours: list[time]) -> None:
    day = Calling.model_validate({"from": hours[0], "until": hours[1]})
    by = call_by(now, now + left, day)
    assert hours[0] <= by.astimezone(PEOPLES_ZONE).time() <= hours[1]
    begins = next_call(now, day)
    assert begins <= by
    assert by <= max(now + left, begins + timedelta(days=1) + LEAST)
    assert next_call(now + (by - now) / 2, day) <= by
