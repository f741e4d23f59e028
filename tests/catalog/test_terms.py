"""Terms: what listings are found by, and what searches look for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agrimarket.catalog import terms
from agrimarket.catalog.types.search import Search

WRITTEN = st.text(alphabet="东港草莓東新鲜 abcXYZ059-，。%_'\\\\", max_size=30)


def _listing(title: str, seller: str = "") -> terms.Described:
    produce = ("草莓", "草莓", "Strawberry")
    return terms.Described(title, "strawberry", "fruit", produce, "420102", ("湖北省武汉市江岸区", "武汉"), seller)


@given(WRITTEN, st.integers(0, 10))
def test_the_beginning_of_every_title_finds_it(title: str, length: int) -> None:
    found = set(terms.of(_listing(title)))
    for q in (title[:length], title):
        assert {term for word in terms.words(q) for term in word.terms} <= found


@given(st.text(alphabet="abcde", min_size=4, max_size=10), st.data())
def test_a_word_with_a_slip_shares_a_spelling(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcde"))
    exchanged = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    for slip in (word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], exchanged):
        assert set(terms.spellings(slip)) & set(terms.spellings(word))


@pytest.mark.parametrize(
    ("q", "sought"),
    [
        ("草莓", [("草莓",)]),
        ("东港草莓", [("东港",), ("草莓",)]),
        ("丹东市东港市", [("丹东", "东市", "市东", "东港", "港市")]),
        ("STRAW", [("straw",)]),
        ("5斤装", [("5",), ("斤装",)]),
        ("臺灣", [("台湾",)]),
        ("%_'", []),
        ("one two three four five", [("one",), ("two",), ("three",), ("four",)]),
    ],
)
def test_what_a_query_looks_for(q: str, sought: list[tuple[str, ...]]) -> None:
    assert [word.terms for word in terms.words(q)] == sought


@pytest.mark.parametrize(
    ("region", "term"),
    [("42", "@42"), ("420000", "@42"), ("4201", "@4201"), ("420100", "@4201"), ("420102", "@420102")],
)
def test_a_region_is_all_that_lies_in_it(region: str, term: str) -> None:
    wanted = terms.wanted(Search(product="strawberry", region=region))
    assert wanted is not None
    assert wanted.marks == ("#strawberry", term)
    assert set(wanted.marks) <= set(terms.of(_listing("")))


def test_a_query_without_words_finds_nothing() -> None:
    assert terms.wanted(Search(q="%")) is None
    assert terms.wanted(Search()) == terms.Wanted()


def test_names_of_produce_mean_it() -> None:
    for q in ("strawberries", "caomei", "丹东草莓", "新鲜 士多啤梨"):
        wanted = terms.wanted(Search(q=q))
        assert wanted is not None
        assert wanted.named == "strawberry"
    assert terms.respelled("丹东草霉") == "丹东草莓"
    assert terms.respelled("草莓") == ""
