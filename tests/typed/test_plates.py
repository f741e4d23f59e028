"""Number plates: what people write, and what is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agrimarket.typed import Refused
from agrimarket.typed.plates import PROVINCES, plate

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
ENERGY = "ABCDEFGHJK"
_HERE = f"[{PROVINCES}][{LETTERS}]"
plates = st.one_of(
    st.from_regex(f"{_HERE}[{LETTERS}0-9]{{5}}", fullmatch=True),
    st.from_regex(f"{_HERE}[{LETTERS}0-9]{{4}}[挂学港澳]", fullmatch=True),
    st.from_regex(f"{_HERE}[{ENERGY}][{LETTERS}0-9][0-9]{{4}}", fullmatch=True),
    st.from_regex(f"{_HERE}[0-9]{{5}}[{ENERGY}]", fullmatch=True),
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("辽F12345", "辽F12345"),
        ("遼f·12345", "辽F12345"),
        ("辽F 123 45", "辽F12345"),
        ("辽Ｆ－１２３４５", "辽F12345"),
        ("粵AD12345", "粤AD12345"),
        ("沪A12345D", "沪A12345D"),
        ("鄂A1234挂", "鄂A1234挂"),
        ("粤Z·F123港", "粤ZF123港"),
    ],
)
def test_plates_as_people_write_them(written: str, kept: str) -> None:
    assert plate(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "",
        "F12345",
        "辽12345",
        "辽F1234",
        "辽F1234567",
        "辽F12I45",
        "辽FO2345",
        "沪A12345Z",
        "WJ辽1234X",
        "使123456",
        "辽F12345 沪A12345",
    ],
)
def test_what_is_no_plate_of_a_vehicle_that_carries_goods(written: str) -> None:
    with pytest.raises(Refused):
        plate(written)


@settings(deadline=None)
@given(plates, st.sampled_from(["", " ", "·", "-", "•"]), st.booleans())
def test_separators_and_case_do_not_matter_and_twice_is_once(text: str, between: str, lower: bool) -> None:
    written = text[:2] + between + text[2:]
    kept = plate(written.lower() if lower else written)
    assert kept == text
    assert plate(kept) == kept


@settings(deadline=None)
@given(st.text(max_size=30))
def test_whatever_is_written_is_a_plate_or_refused(written: str) -> None:
    try:
        kept = plate(written)
    except Refused:
        return
    assert plate(kept) == kept
    assert len(kept) in (7, 8)
