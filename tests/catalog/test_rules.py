"""Pure rules: search terms, regions, keeping times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agrimarket.catalog import rules
from agrimarket.catalog.errors import PerishByPast, PerishByTooLate
from agrimarket.catalog.states import LISTING_TRANSITIONS, ListingState


def test_the_usual_keeping_time_ends_with_a_day_of_the_people() -> None:
    assert rules.perish_by(date(2020, 2, 17), 3) == datetime(2020, 2, 20, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("by", "error"),
    [
        (timedelta(0), PerishByPast),
        (timedelta(days=-2), PerishByPast),
        (timedelta(hours=1), None),
        (timedelta(days=9), None),
        (timedelta(days=11), PerishByTooLate),
    ],
)
def test_a_perish_by_lies_ahead_and_can_be_meant(by: timedelta, error: type[Exception] | None) -> None:
    now = datetime(2020, 2, 17, 4, tzinfo=UTC)
    if error is None:
        rules.check_perish_by(date(2020, 2, 17), now + by, 3, now)
    else:
        with pytest.raises(error):
            rules.check_perish_by(date(2020, 2, 17), now + by, 3, now)


def test_ended_listings_stay_ended() -> None:
    ends = {ListingState.SOLD_OUT, ListingState.EXPIRED, ListingState.RECALLED}
    assert ends.isdisjoint(LISTING_TRANSITIONS)
    assert all(LISTING_TRANSITIONS[state] <= set(ListingState) for state in LISTING_TRANSITIONS)
