"""Rules of purchases, for every input that Hypothesis thinks of."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.orders import rules
from agrimarket.orders.states import EXITS, SELLER_ORDER_TRANSITIONS, GroupState, SellerOrderState

AMOUNTS = st.integers(1, 10**12)
GRAMS = st.integers(1, 10**9)
STATES = st.sampled_from(SellerOrderState)


@given(AMOUNTS, GRAMS, st.data())
def test_catch_weight_is_in_proportion_and_never_above_the_ceiling(
    ordered: int, ordered_grams: int, data: st.DataObject
) -> None:
    packed = data.draw(st.integers(0, ordered_grams))
    final = rules.packed_amount(ordered, ordered_grams, packed)
    assert 0 <= final <= ordered
    assert abs(final * ordered_grams - ordered * packed) * 2 <= ordered_grams
    assert rules.packed_amount(ordered, ordered_grams, ordered_grams) == ordered


@given(AMOUNTS, GRAMS)
def test_more_than_ordered_is_refused(ordered: int, grams: int) -> None:
    with pytest.raises(ValueError, match="packed"):
        rules.packed_amount(ordered, grams, grams + 1)


@given(AMOUNTS, GRAMS, st.one_of(st.integers(1, 10_000), st.none()), st.integers(1, 10**10))
def test_a_claim_is_never_above_the_goods(goods: int, packed: int, bps: int | None, grams: int) -> None:
    claimed = rules.claimed_amount(goods, packed, bps=bps, grams=None if bps else grams)
    assert 0 <= claimed <= goods


@given(st.lists(STATES, min_size=1, max_size=6))
def test_a_purchase_is_where_its_slowest_living_part_is(states: list[SellerOrderState]) -> None:
    state = rules.group_state(states)
    alive = Counter(state for state in states if state not in EXITS)
    assert state == rules.group_state(list(reversed(states)))
    if not alive:
        assert state in {GroupState.DECLINED, GroupState.CANCELLED, GroupState.PAYMENT_EXPIRED}
    elif len(alive) == 1 and (only := next(iter(alive))).value in set(GroupState):
        assert state.value == only.value
    if state is GroupState.COMPLETED:
        assert set(alive) == {SellerOrderState.COMPLETED}


def test_what_has_ended_stays_ended() -> None:
    ends = {SellerOrderState.COMPLETED, SellerOrderState.DECLINED, SellerOrderState.CANCELLED}
    assert all(not SELLER_ORDER_TRANSITIONS.get(state) for state in ends)
