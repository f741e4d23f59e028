"""The rule of delivery fees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.drive import drive
from agrimarket.regions.fees import delivery_fee
from agrimarket.regions.types.serviceability import Mode

GRAMS = st.integers(1, 5_000_000)


@pytest.mark.parametrize(
    ("grams", "origin", "destination", "fee"),
    [
        (2_500, "420525", "420102", 1_200),
        (3_000, "420525", "420102", 1_200),
        (3_001, "420525", "420102", 1_400),
        (10_000, "420525", "420102", 2_600),
        (2_500, "210681", "420102", 1_800),
        (10_000, "210681", "420102", 4_600),
    ],
)
def test_delivery_fee(grams: int, origin: str, destination: str, fee: int) -> None:
    assert delivery_fee(grams, origin, destination, drive().fees.delivery) == fee


@given(GRAMS, GRAMS)
def test_a_heavier_parcel_never_costs_less_and_the_own_province_never_more(a: int, b: int) -> None:
    light, heavy = sorted((a, b))
    assert delivery_fee(light, "210681", "420102", drive().fees.delivery) <= delivery_fee(
        heavy, "210681", "420102", drive().fees.delivery
    )
    assert delivery_fee(a, "420525", "420102", drive().fees.delivery) <= delivery_fee(
        a, "210681", "420102", drive().fees.delivery
    )


@given(GRAMS)
def test_who_fetches_the_goods_pays_no_delivery(grams: int) -> None:
    assert delivery_fee(grams, "210681", "420102", drive().fees.delivery, Mode.PICK_UP) == 0
