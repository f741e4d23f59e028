"""Numbers and weights as people write them: every row that was once misread, and whole kinds by property."""

import re
import unicodedata
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.numbers import (
    COUNTED,
    NumberAmbiguous,
    NumberError,
    NumberNotWhole,
    NumberUnreadable,
    NumberVague,
)
from agrimarket.kernel.quantity import (
    GRAMS,
    MAX_GRAMS,
    SPELLINGS,
    QuantityTwoUnits,
    QuantityUnreadable,
    parse_weight,
    unit_named,
)
from agrimarket.kernel.wire import WeightIn


@pytest.mark.parametrize(
    ("text", "kilograms"),
    [
        ("1,5吨", "1500"),
        ("0,75 t", "750"),
        ("0,5 t", "500"),
        ("2,5 kg", "2.5"),
        ("1,200kg", "1200"),
        ("1，200公斤", "1200"),
        ("12,000", "12000"),
        ("1,2000斤", "6000"),
        ("1,2345,6789 kg", "12345678.9e1"),
        ("1,234,567.5 kg", "1234567.5"),
        ("1.234.567 kg", "1234567"),
        ("1.200,50 kg", "1200.5"),
        ("1 200,5 kg", "1200.5"),
        ("1\u00a0200 kg", "1200"),
        ("１，５吨", "1500"),
        ("2。5公斤", "2.5"),
        ("1.2万斤", "6000"),
        ("1.2万吨", "12000000"),
        ("1,200万斤", "6000000"),
        ("三百斤", "150"),
        ("三百五十斤", "175"),
        ("三百五斤", "175"),
        ("两百公斤", "200"),
        ("贰佰公斤", "200"),
        ("一萬兩千斤", "6000"),
        ("5百公斤", "500"),
        ("5千万斤", "25000000"),
        ("1亿2000万斤", "60000000"),
        ("一吨半", "1500"),
        ("兩噸半", "2500"),
        ("半吨", "500"),
        ("½吨", "500"),
        ("一点五吨", "1500"),
        ("1点5吨", "1500"),
        ("1万2千斤", "6000"),
        ("1 万 2 千 斤", "6000"),
        ("3千克", "3"),
        ("三千克", "3"),
        ("3千公斤", "3000"),
        ("500斤左右", "250"),
        ("约500斤", "250"),
        ("大概有 500 斤", "250"),
        ("500斤（约）", "250"),
        ("~500斤", "250"),
        ("about 1,200 kg", "1200"),
        ("500 metric tons", "500000"),
        ("500斤。", "250"),
        ("'500斤", "250"),
        ("\ufeff500\u200b斤", "250"),
        *((text, "250") for text in ("\u202a500斤\u202c", "\u2068500\u2069斤", "“500斤”", '"500斤"', "‘500斤")),
        *(
            (text, "250")
            for text in ("共500斤", "一共 500 斤", "总共约500斤", "500斤整", "五百斤左右吧", "500斤！", "500斤、")
        ),
        *((text, "1500") for text in ("1½吨", "1 ½ t", "1٫5 t", "1.5 MT", "1.5k公斤", "1.5k kg", "１．５吨")),
        *((text, "1200") for text in ("۱۲۰۰ kg", "١٬٢٠٠ kg", "༡༢༠༠ kg", "१२०० kg")),
        *((text, "5000") for text in ("1w斤", "1W 斤", "一〇〇〇〇斤", "1.0w斤")),
        ("¼吨", "250"),
        ("一五〇〇斤", "750"),
        ("二〇〇公斤", "200"),
    ],
)
def test_a_weight_is_read_as_it_is_meant(text: str, kilograms: str) -> None:
    assert parse_weight(text).grams == Decimal(kilograms) * 1_000


@pytest.mark.parametrize(
    ("text", "kind", "example"),
    [
        ("10-20吨", NumberVague, "20吨"),
        ("10~20 t", NumberVague, "20 t"),
        ("10到20吨", NumberVague, "20吨"),
        ("五六百斤", NumberVague, "500斤"),
        ("一两百斤", NumberVague, "500斤"),
        ("几百斤", NumberVague, "500斤"),
        ("十几吨", NumberVague, "3吨"),
        ("300多斤", NumberVague, "300斤"),
        ("1,2345 t", NumberAmbiguous, "12345 / 1.2345"),
        ("500斤 t", QuantityTwoUnits, "500斤"),
        ("很多斤", QuantityUnreadable, "500斤"),
        ("许多", QuantityUnreadable, "500斤"),
        ("lots", QuantityUnreadable, "500 kg"),
        ("some jin", QuantityUnreadable, "500 jin"),
        ("5OOjin", QuantityUnreadable, "500 jin"),
        ("一车吨", QuantityUnreadable, "3吨"),
        ("三百两", QuantityUnreadable, "500斤"),
        *(
            (text, QuantityUnreadable, "500斤")
            for text in ("3车", "不到500斤", "500斤以上", "500+斤", "5OO斤", "500斤；30斤")
        ),
        *(
            (text, QuantityUnreadable, "500 kg")
            for text in ("at least 500 kg", "5k", "5kkg", "1.39E+3", "12\u200f34kg")
        ),
        *((text, NumberVague, "2000斤") for text in ("2000来斤", "2000 來斤")),
        ("一二三斤", NumberVague, "500斤"),
        ("1吨500公斤", QuantityUnreadable, "500公斤"),
        ("30筐", QuantityUnreadable, "500斤"),
        ("500 lb", QuantityUnreadable, "500 kg"),
        ("500 short tons", QuantityUnreadable, "3 tons"),
        *(
            (text, QuantityUnreadable, "500 kg")
            for text in ("-5kg", "+5kg", "1_0kg", "1e3kg", "5²kg", "0x10kg", ".5kg")
        ),
        *(
            (text, QuantityUnreadable, "500 kg")
            for text in ("1,23,456kg", "01,200kg", "1,2,3kg", "1 20kg", "NaN", "②kg")
        ),
        *((text, QuantityUnreadable, "500 kg") for text in ("", "kg", "1/2 kg", "5 kg 3", "9" * 41)),
    ],
)
def test_what_is_not_one_weight_is_refused_with_the_nearest_example(text: str, kind: type, example: str) -> None:
    with pytest.raises(NumberError) as refusal:
        parse_weight(text)
    assert (type(refusal.value), refusal.value.values["example"]) == (kind, example)


@pytest.mark.parametrize("text", ["1,200 t", "1,2000 t", "12.500 t"])
def test_where_commas_are_decimal_a_group_is_ambiguous(text: str) -> None:
    assert parse_weight(text)
    with pytest.raises(NumberAmbiguous):
        parse_weight(text, commas_unclear=True)
    assert parse_weight("0,75 t", commas_unclear=True).grams == 750_000
    assert parse_weight("1.234,5 kg", commas_unclear=True).grams == 1_234_500


@pytest.mark.parametrize(
    ("text", "days"), [("３", 3), ("3天", 3), ("三天", 3), ("3 days", 3), ("十五日", 15), ("零", 0)]
)
def test_a_count_is_read_with_its_word(text: str, days: int) -> None:
    assert numbers.whole(text, COUNTED["day"]) == days


@pytest.mark.parametrize(
    ("text", "kind"), [("一天半", NumberNotWhole), ("1,5", NumberNotWhole), ("3-5天", NumberVague)]
)
def test_a_count_is_one_whole_number(text: str, kind: type) -> None:
    with pytest.raises(kind):
        numbers.whole(text, COUNTED["day"])


@pytest.mark.parametrize("text", ["1_0", "3周", "3kg", "²", "①", "天", "1e1", "0b1", "3 4", "三四"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        numbers.whole(text, COUNTED["day"])


@pytest.mark.parametrize(
    ("words", "unit"),
    [("斤", "jin"), ("metric tons", "t"), ("万斤", "jin"), ("箱", ""), ("", ""), ("5斤", ""), ("两", "")],
)
def test_a_unit_is_known_by_its_words(words: str, unit: str) -> None:
    assert unit_named(words) == unit


def test_a_weight_in_a_body_says_what_is_wrong() -> None:
    with pytest.raises(ValidationError) as refusal:
        TypeAdapter(WeightIn).validate_python("10-20吨")
    (found,) = refusal.value.errors()
    assert (found["type"], found.get("ctx")) == ("number_vague", {"example": "20吨"})


def grouped(number: int, size: int, by: str) -> str:
    """`number` with `by` before each `size` figures from the right."""
    text = str(number)
    cut = len(text) % size
    return by.join([*([text[:cut]] if cut else []), *(text[i : i + size] for i in range(cut, len(text), size))])


WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
numbers_ = st.integers(0, 10**12)
fractions = st.one_of(st.just(""), st.from_regex(r"[0-9]{1,6}", fullmatch=True))


@given(numbers_, fractions, st.sampled_from(["", "3,", "4,", "3 ", "3\u00a0"]), st.booleans())
def test_grouping_and_width_change_no_number(number: int, part: str, style: str, wide: bool) -> None:
    whole = grouped(number, int(style[0]), style[1]) if style else str(number)
    text = f"{whole}.{part}" if part else whole
    meant = Decimal(f"{number}.{part or 0}")
    try:
        read = numbers.read(text.translate(WIDE) if wide else text, {}).value
    except NumberAmbiguous:
        assert re.fullmatch(r"\d{1,4},\d{4}", whole)
        assert not part
        assert not text.endswith("00")
    else:
        assert read == meant


@given(numbers_, st.from_regex(r"[0-9]{1,6}", fullmatch=True), st.sampled_from(["", ".", " "]))
def test_a_decimal_comma_is_read_or_refused_but_never_moved(number: int, part: str, by: str) -> None:
    by = by if number >= 1000 else ""
    text = f"{grouped(number, 3, by) if by else number},{part}"
    meant = {Decimal(f"{number}.{part}")}
    if not by and number and ((len(part) == 3 and number < 1000) or (len(part) == 4 and number < 10**4)):
        meant = {Decimal(f"{number}{part}")}  # a group, unless it is refused
    try:
        assert numbers.read(text, {}).value in meant
    except NumberAmbiguous:
        assert (by, len(part)) == ("", 4)


def chinese(number: int) -> str:
    """Numerals of `number` by the schoolbook, apart from the library's."""

    def section(value: int) -> str:
        text, gap = "", False
        for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            figure = value // size % 10
            if figure:
                text += ("零" if gap and text else "") + "零一二三四五六七八九"[figure] + name
                gap = False
            else:
                gap = True
        return text

    text, rest = "", number
    for size, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, rest = divmod(rest, size)
        if part:
            text += ("零" if text and part < 1000 else "") + section(part) + name
    return text or "零"


@given(st.one_of(st.integers(0, 999), st.integers(0, 10**6), st.integers(0, 10**12 - 1)))
def test_chinese_numerals_are_read_exactly(number: int) -> None:
    text = chinese(number)
    variants = {
        text,
        text.replace("万", "萬").replace("亿", "億"),
        text.replace("二百", "两百").replace("二千", "兩千"),
    }
    variants |= {re.sub("^一十", "十", text), text.replace("零", "〇")}
    for variant in variants:
        assert numbers.read(variant, {}).value == number, variant


MIXED = st.tuples(
    st.integers(1, 9999), st.sampled_from([10**8, 10**4]), st.integers(1, 9), st.sampled_from([1000, 100])
)


@given(MIXED)
def test_figures_among_chinese_units_are_read_exactly(parts: tuple[int, int, int, int]) -> None:
    many, big, few, small = parts
    name = {10**8: "亿", 10**4: "万", 1000: "千", 100: "百"}
    assert numbers.read(f"{many}{name[big]}{few}{name[small]}", {}).value == many * big + few * small
    assert numbers.read(f"{many}{name[big]}{few * small}", {}).value == many * big + few * small
    assert numbers.read(f"{many}.{few}{name[big]}", {}).value == (many + Decimal(few) / 10) * big


ALPHABET = "0123456789.,， '_-~～+e零〇一二两三五十百千万亿半点几多约左右斤公吨克天kgtjin（）/²½①３ⅷ٣"


@given(st.one_of(st.text(max_size=60), st.text(ALPHABET, max_size=12)), st.booleans())
def test_any_text_is_a_number_or_a_refusal_of_ours(text: str, unclear: bool) -> None:
    for read in (
        lambda: numbers.whole(text, COUNTED["day"]),
        lambda: parse_weight(text, commas_unclear=unclear),
        lambda: unit_named(text),
    ):
        with suppress(DomainError):
            read()


@given(st.text(ALPHABET, max_size=12), st.sampled_from(sorted(SPELLINGS)))
def test_a_unit_changes_no_number(text: str, spelling: str) -> None:
    try:
        bare = numbers.read(text, {}).value
    except NumberError:
        return
    if text.rstrip().endswith(("千", "公", "百", "k", "十")) or bare < 0:
        return  # 3千 before 克 is 3 千克
    try:
        weight = parse_weight(f"{text}{spelling}")
    except DomainError:
        assert not 0.5 < bare * GRAMS[SPELLINGS[spelling]] <= MAX_GRAMS
    else:
        assert abs(weight.grams - Fraction(bare) * GRAMS[SPELLINGS[spelling]]) <= Fraction(1, 2)


@given(st.text(ALPHABET, max_size=12))
def test_a_number_of_plain_figures_agrees_with_decimal(text: str) -> None:
    plain = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain, re.ASCII) and "²" not in text and "①" not in text:
        assert numbers.read(text, {}).value == Decimal(plain)


@given(st.integers(1, MAX_GRAMS), st.sampled_from(sorted(GRAMS)))
def test_a_weight_that_is_written_out_reads_back(grams: int, unit: str) -> None:
    text = f"{Decimal(grams) / GRAMS[unit]:f}{unit}"
    assert parse_weight(text).grams == grams


@pytest.mark.parametrize("typed", ["2026-12-01", "2026-12-1", "2026/12/01", "2026.12.01", "２０２６－１２－０１"])
def test_a_day_is_not_several_numbers_of_which_one_is_nearest(typed: str) -> None:
    with pytest.raises(NumberUnreadable) as refused:
        numbers.whole(typed, COUNTED["day"])
    assert refused.value.values["example"].startswith("3")
