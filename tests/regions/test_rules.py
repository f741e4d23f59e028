"""Names of communities, in the form in which they are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.regions.rules import community_key, is_whole_area, normalise

PUNCTUATION = st.text(alphabet=" 　·．,，。、（）()-—“”", max_size=3)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise(normalise(name)) == normalise(name)


@given(st.text(max_size=40))
def test_only_letters_and_digits_are_left(name: str) -> None:
    assert all(character.isalnum() for character in normalise(name))


@given(st.lists(st.sampled_from(["二街坊", "3号楼", "A座", "胜芳镇", "１２栋"]), min_size=1, max_size=4), st.data())
def test_punctuation_spaces_and_width_do_not_matter(parts: list[str], data: st.DataObject) -> None:
    written = "".join(part + data.draw(PUNCTUATION) for part in parts)
    assert normalise(written) == normalise("".join(parts))


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", False),
        ("整个江岸区", True),
        ("江岸区辖区内", True),
        ("全部区域", True),
        ("所有街道", True),
        ("部分区域", False),
        ("江岸区部分街道", False),
        (" （ ）", False),
        ("全域", True),
        ("（全域）", True),
        ("全县", True),
        ("全区全域", True),
        ("全县范围", True),
        ("江岸区", True),
        ("江岸区全域", True),
        ("武汉市江岸区", True),
        ("谢桥镇全域", False),
        ("全区全域（除高风险区外）", False),
        ("百全市场", False),
    ],
)
def test_what_means_all_of_a_county(text: str, whole: bool) -> None:
    assert is_whole_area(text, ("江岸区", "武汉市江岸区")) is whole


def test_the_key_of_all_of_a_town_is_the_town() -> None:
    assert community_key("谢桥镇（全域）") == "谢桥镇"
    assert community_key("全域") == "全域"
