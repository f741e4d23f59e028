"""Pure rules: search terms, regions, keeping times."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.catalog import rules
from agrimarket.catalog.errors import PerishByPast, PerishByTooLate
from agrimarket.catalog.states import LISTING_TRANSITIONS, ListingState
from agrimarket.catalog.types import Search

WRITTEN = st.text(alphabet="东港草莓東新鲜 abcXYZ059-，。%_'\\", max_size=30)


@given(WRITTEN, WRITTEN, st.integers(0, 10))
def test_the_beginning_of_every_text_finds_it(text: str, more: str, length: int) -> None:
    terms = set(rules.search_terms(text, more))
    for query in (text[:length], text, more):
        assert set(rules.query_terms(query)) <= terms


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("草莓", ["草莓"]),
        ("东港 草莓", ["东港", "草莓"]),
        ("丹东市东港市", ["丹东市东", "市东港市"]),
        ("STRAW", ["straw"]),
        ("5斤装", ["5", "斤装"]),
        ("%_'", []),
        ("one two three four five", ["one", "two", "three", "four"]),
    ],
)
def test_what_a_query_looks_for(query: str, terms: list[str]) -> None:
    assert rules.query_terms(query) == terms


@pytest.mark.parametrize(
    ("region", "term"),
    [("42", "@42"), ("420000", "@42"), ("4201", "@4201"), ("420100", "@4201"), ("420102", "@420102")],
)
def test_a_region_is_all_that_lies_in_it(region: str, term: str) -> None:
    assert rules.filter_terms(Search(product="rice", region=region)) == ["#rice", term]
    assert {"#rice", term} <= set(rules.place_terms("rice", "420102"))


def test_a_query_without_words_finds_nothing() -> None:
    assert rules.filter_terms(Search(q="%")) is None
    assert rules.filter_terms(Search()) == []


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
