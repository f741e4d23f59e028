"""Weights on growers' pages: jin first where Chinese is read, and what they come to while they are typed."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.http import weights
from agrimarket.kernel.i18n import LANGUAGES, t
from agrimarket.kernel.quantity import parse_weight

Client = TestClient[Litestar]


def _said(client: Client, language: str, **query: str) -> str:
    answer = client.get(f"/weights?{urlencode(query)}", headers={"Accept": "*/*", "Accept-Language": language})
    assert answer.status_code == 200
    return answer.text.strip()


@pytest.mark.parametrize(
    ("language", "first", "bare"), [("zh-Hans", "jin", 250), ("zh-Hant", "jin", 250), ("en", "kg", 500)]
)
def test_the_unit_that_people_think_in_comes_first(client: Client, language: str, first: str, bare: int) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    shown = client.get("/appeal/produce", headers=headers).text
    assert shown.index(f'<option value="{first}" selected>') < shown.index('<option value="t"')
    assert weights.choices(language)[0][0] == first
    assert parse_weight(weights.typed({"q": "500"}, "q", language)).grams == bare * 1000


def test_operators_read_what_was_said_in_the_unit_of_its_heading() -> None:
    for said, read in (
        ("280000000 kg", "280,000 t"),
        ("2000斤", "2,000 jin (1 t)"),
        ("80kg", "80 kg"),
        ("一车", "一车"),
    ):
        assert weights.said_on_desk(said, "en") == read


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("500jin", "500 斤（250 公斤）", "500 jin (250 kg)"),
        ("250 kg", "500 斤（250 公斤）", "250 kg"),
        ("3吨", "6,000 斤（3 吨）", "3 t"),
        ("250000 g", "500 斤（250 公斤）", "250,000 g"),
        ("很多", "很多", "很多"),
    ],
)
def test_weights_are_told_in_jin_first(text: str, chinese: str, english: str) -> None:
    assert (weights.words(text, "zh-Hans"), weights.words(text, "en")) == (chinese, english)


def test_what_is_typed_is_converted_at_once(client: Client) -> None:
    assert _said(client, "zh-CN", of="quantity", quantity="500", quantity_unit="jin") == "500 斤 = 250 公斤"
    assert _said(client, "en", of="quantity", quantity="500", quantity_unit="jin") == "500 jin = 250 kg"
    assert _said(client, "zh-CN", of="daily_capacity", daily_capacity="一吨半", daily_capacity_unit="jin").startswith(
        "1.5 吨"
    )
    assert _said(client, "zh-CN", of="quantity", quantity="") == ""
    assert _said(client, "zh-CN") == ""
    assert _said(client, "zh-CN", quantity="许多", quantity_unit="jin").startswith("请") or "例如" in _said(
        client, "zh-CN", quantity="许多", quantity_unit="jin"
    )


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "%ED%A0%80", "\x00", "9" * 5_000, "500斤 <b>", "'\"><img>"]
)
def test_whatever_is_typed_is_only_text(client: Client, typed: str) -> None:
    said = _said(client, "zh-CN", quantity=typed, quantity_unit="t")
    assert "<" not in said


@given(st.text(max_size=30), st.sampled_from(["jin", "kg", "t", "", "stone"]), st.sampled_from(LANGUAGES))
def test_something_kind_is_said_of_every_text(text: str, unit: str, language: str) -> None:
    typed = weights.typed({"q": text, "q_unit": unit}, "q", language)
    said = weights.while_typing(typed, language)
    assert bool(said) == bool(typed)
    assert said != t("field.other", language)


@given(st.integers(1, 10**9), st.sampled_from(weights.UNITS), st.sampled_from(LANGUAGES))
def test_a_weight_keeps_its_number_and_unit_between_the_pages(number: int, unit: str, language: str) -> None:
    typed = weights.typed({"q": str(number), "q_unit": unit}, "q", language)
    assert weights.split(typed, language) == (str(number), unit)
