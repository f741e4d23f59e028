"""Money, weights, ids and cursors: rules that hold for every value."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from agrimarket.kernel import ids
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.i18n import negotiate, t
from agrimarket.kernel.money import Money, allocate, share
from agrimarket.kernel.paging import CursorMalformed, Page, Paging, by_id
from agrimarket.kernel.quantity import QuantityOutOfRange, QuantityUnreadable, Weight, parse_weight
from agrimarket.kernel.resources import on_the_wire
from agrimarket.kernel.schedule import Schedule, due_slots, slot_of
from agrimarket.kernel.wire import Text, WeightIn

amounts = st.integers(-(10**13), 10**13)


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=12))
def test_parts_add_up_and_are_fair(amount: int, weights: list[int]) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    if total:
        assert all(abs(part * total - amount * weight) < total for part, weight in zip(parts, weights, strict=True))
    assert allocate(-amount, weights) == [-part for part in parts]


@given(amounts, st.integers(0, 10_000))
def test_a_share_and_its_rest_are_the_whole(amount: int, basis_points: int) -> None:
    assert abs(share(amount, basis_points)) <= abs(amount)
    assert abs(share(amount, basis_points) * 10_000 - amount * basis_points) <= 5_000


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="do not mix"):
        Money(1, "CNY") + Money(1, "USD")


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("500斤", 250_000),
        ("500 斤", 250_000),
        ("２.５公斤", 2_500),
        ("3吨", 3_000_000),
        ("3噸", 3_000_000),
        ("1,200 kg", 1_200_000),
        ("1.2万斤", 6_000_000),
        ("7", 7_000),
        ("2.5 KG", 2_500),
    ],
)
def test_weights_are_read_as_people_write_them(text: str, grams: int) -> None:
    assert parse_weight(text).grams == grams


@pytest.mark.parametrize("text", ["", "斤", "many kg", "-5 kg", "5 furlongs", "1e400", "NaN", "5 kg 3", "② kg"])
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises((QuantityUnreadable, QuantityOutOfRange)):
        parse_weight(text)


@given(st.integers(1, 10**15), st.sampled_from(["g", "jin", "kg", "t"]))
def test_a_weight_is_shown_in_its_unit_without_loss(grams: int, unit: str) -> None:
    assert parse_weight(f"{Weight(grams, unit).in_unit():f}", unit).grams == grams


@given(st.uuids())
def test_ids_go_out_and_come_back(value: object) -> None:
    fresh = ids.new_id()
    assert ids.parse("lst", ids.encode("lst", fresh)) == fresh
    assert TypeAdapter(Annotated[UUID, ids.wire_id("lst")]).dump_json(fresh).decode() == f'"{ids.encode("lst", fresh)}"'


@given(st.text(max_size=40))
def test_what_is_no_id_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        ids.parse("lst", text)
    with pytest.raises(NotFound):
        ids.parse("lst", f"lot_{text}")


def test_ids_sort_by_the_time_they_were_made() -> None:
    made = [ids.encode("lst", ids.new_id()) for _ in range(200)]
    assert made == sorted(made)


WORDS: Paging[tuple[str, str], tuple[str, str]] = Paging("words", lambda row: row, lambda keys: (keys[0], keys[1]))
LOTS: Paging[UUID, UUID] = by_id("lot", lambda row: row)


@given(st.tuples(st.text(max_size=10), st.text(max_size=10)))
def test_cursors_come_back(row: tuple[str, str]) -> None:
    assert WORDS.window(WORDS.cursor(row), 1).after == row


ONE = UUID("01900000-0000-7000-8000-000000000000")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "e30",
        "WzFd",
        "MQ",
        "bnVsbA",
        "é",
        "=" * 9,
        WORDS.cursor(("lot", "x")),
        by_id("lst", lambda row: row).cursor(ONE),
    ],
)
def test_a_cursor_of_someone_elses_making_is_refused(cursor: str) -> None:
    with pytest.raises(CursorMalformed):
        LOTS.window(cursor, 2)


@given(st.integers(0, 12), st.integers(1, 6))
def test_pages_have_every_row_once_and_end(rows: int, limit: int) -> None:
    everything = sorted((ids.new_id() for _ in range(rows)), reverse=True)
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(rows // limit + 1):
        window = LOTS.window(cursor, limit)
        found = [row for row in everything if window.after is None or row < window.after][: window.rows]
        page: Page[UUID] = window.page(found, lambda row: row)
        assert len(page.items) <= limit
        seen, cursor = seen + page.items, page.next
        if cursor is None:
            break
    assert (seen, cursor) == (everything, None)


def test_ids_on_the_wire_are_named_by_their_field() -> None:
    shown = on_the_wire("details", {"lot_id": ONE, "inner": {"claim_ids": [ONE]}, "left": 3})
    assert shown == {"lot_id": ids.encode("lot", ONE), "inner": {"claim_ids": [ids.encode("clm", ONE)]}, "left": 3}
    with pytest.raises(KeyError):
        on_the_wire("something_id", ONE)


@pytest.mark.parametrize("name", ["李\u202e明", "a\u200eb", "x\ud800", "a\x00b", "tab\x07"])
def test_names_that_hide_something_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(name)


def test_a_weight_in_a_body_may_be_grams_or_words() -> None:
    adapter = TypeAdapter(WeightIn)
    assert adapter.validate_python("5斤") == adapter.validate_python({"grams": 2500})
    for wrong in (
        {"grams": 0},
        {"grams": 2.5},
        {"grams": True},
        {"grams": 10**16},
        "no",
        {"grams": 1, "is_admin": True},
    ):
        with pytest.raises(ValidationError):
            adapter.validate_python(wrong)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("zh-TW,zh;q=0.9", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("fr;q=0.9, en;q=0.1, zh-Hant;q=0.5", "zh-Hant"),
        ("q=;;,,,", "en"),
        ("en-GB", "en"),
    ],
)
def test_the_language_is_the_callers(header: str | None, language: str) -> None:
    assert negotiate(header) == language


def test_sentences_show_values_as_people_write_them() -> None:
    assert t("field.greater_than", "en", gt=1000) == "It must be more than 1,000."
    assert "¥12.50" in t("field.greater_than", "zh-Hans", gt=Money(1250))


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 10**4))
def test_no_slot_is_missed_or_started_twice(start: int, every: int, later: int) -> None:
    schedule = Schedule("s", timedelta(seconds=every), "each")
    then = datetime.fromtimestamp(start, UTC)
    first = due_slots(schedule, then, None)
    assert first == [slot_of(then, schedule.every)]
    now = then + timedelta(seconds=later)
    slots = [*first]
    while fresh := due_slots(schedule, now, slots[-1]):
        slots += fresh
    assert slots[-1] == slot_of(now, schedule.every)
    assert all(b - a == schedule.every for a, b in pairwise(slots))
