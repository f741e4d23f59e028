"""Names of communities in notices, compared with addresses."""

import csv
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.regions import communities
from agrimarket.regions.rules import community_key
from agrimarket.regions.types.restrictions import Verdict
from agrimarket.settings import get_settings

OWN = Path(__file__).parent / "data" / "communities.csv"
_REFERENCE = get_settings().reference_data_dir or Path(__file__).resolve().parents[3] / "shared" / "data"
SHARED = _REFERENCE.parent / "cases" / "communities.csv"


def _pairs(path: Path) -> list[tuple[str, str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [(row["listed"], row["address"], row["right"]) for row in csv.DictReader(stream)]


LISTED = sorted({listed for listed, _, _ in _pairs(OWN)})
CLOSED = [(listed, address) for listed, address, right in _pairs(OWN) if right == "closed"]
ALL = [(listed, address) for listed, address, _ in _pairs(OWN)]


def test_the_sample_is_large_enough() -> None:
    assert len(ALL) >= 100


@pytest.mark.parametrize(("listed", "address", "right"), _pairs(OWN))
def test_an_address_is_judged_by_the_parts_of_both_names(listed: str, address: str, right: str) -> None:
    assert communities.verdict(listed, address) == right


@pytest.mark.skipif(not SHARED.exists(), reason="the labelled pairs are not on this machine; they are not ours")
@pytest.mark.parametrize(("listed", "address", "right"), _pairs(SHARED))
def test_the_labelled_pairs_are_answered_rightly(listed: str, address: str, right: str) -> None:
    assert communities.verdict(listed, address) == right


@given(st.sampled_from(LISTED))
def test_a_listed_name_is_closed_for_itself(listed: str) -> None:
    assert communities.verdict(listed, listed) is Verdict.CLOSED


@st.composite
def narrower(draw: st.DrawFn) -> tuple[str, str]:
    """A pair that is closed, and words that only narrow the address: what it lies in, a building, a unit, a room."""
    listed, address = draw(st.sampled_from(CLOSED))
    before = draw(st.sampled_from(["", "平湖市", "平湖市东山区", "东山区", "浙江省平湖市"]))
    inside = ""
    if not re.search(r"\d|[a-zＡ-Ｚａ-ｚA-Z〇一二三四五六七八九十玖]", address):
        inside = draw(st.sampled_from(["", "5号楼", "5幢", "5栋2单元", "5号楼2单元301室", "5-2-301"]))
    elif re.search("(栋|幢|号楼|座)$", address):
        inside = (
            draw(st.sampled_from(["", "1203室", "1203"])) if "单元" in listed else draw(st.sampled_from(["", "4单元"]))
        )
    elif address.endswith("单元"):
        inside = draw(st.sampled_from(["", "301", "301室", "3层301室"]))
    return listed, f"{before}{address}{inside}"


@given(narrower())
def test_words_that_only_narrow_never_turn_closed_into_open(pair: tuple[str, str]) -> None:
    assert communities.verdict(*pair) is not Verdict.OPEN


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


TRADITIONAL = str.maketrans("号楼栋单园东龙门区层阳绣银金丽学华", "號樓棟單園東龍門區層陽繡銀金麗學華")
WRITTEN: dict[str, Callable[[str], str]] = {
    "full width": _full_width,
    "half width": lambda text: unicodedata.normalize("NFKC", text),
    "traditional": lambda text: text.translate(TRADITIONAL),
    "spaces": lambda text: re.sub(r"(?<!\d)(?=[^\d\s])", " ", text),
    "dots and quotes": lambda text: f"“{text[:2]}·{text[2:]}”。",
    "upper case": str.upper,
}


@given(st.sampled_from(ALL), st.sampled_from(sorted(WRITTEN)), st.sampled_from(sorted(WRITTEN)))
def test_the_way_of_writing_never_changes_an_answer(pair: tuple[str, str], one: str, other: str) -> None:
    listed, address = pair
    assert communities.verdict(WRITTEN[one](listed), WRITTEN[other](address)) is communities.verdict(listed, address)


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_at_all_has_an_answer(listed: str, address: str) -> None:
    assert communities.verdict(listed, address) in set(Verdict)


@given(st.text("东西南北路街村镇区号楼栋单元组期座除外含（）、，-至和一二三123A", max_size=30), st.sampled_from(LISTED))
def test_anything_that_looks_like_an_address_has_an_answer(text: str, other: str) -> None:
    assert communities.verdict(text, other) in set(Verdict)
    assert communities.verdict(other, text) in set(Verdict)


@given(st.sampled_from(LISTED), st.sampled_from(ALL))
def test_sql_leaves_out_no_name_that_is_not_open(listed: str, pair: tuple[str, str]) -> None:
    for name, address in ((listed, pair[1]), pair):
        if not communities.says_where(address) or communities.verdict(name, address) is Verdict.OPEN:
            continue
        key = community_key(name)
        fits = any(re.search(word.strip("%").replace("%", ".*"), key) for word in communities.words(address))
        assert fits or re.search(communities.ALWAYS, key)


_NOTHING = [(said, False) for said in ("%", "'; --", "a", "无", "没有", "不知道", "同上", "null", "N/A", "1-1-1-1号")]


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("", False),
        ("（ ）", False),
        ("3号楼", False),
        ("新湖街道", False),
        ("丰泽园", True),
        ("中山路12号", True),
        *_NOTHING,
    ],
)
def test_what_says_where_it_is(address: str, named: bool) -> None:
    assert communities.says_where(address) is named
