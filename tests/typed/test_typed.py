"""What people type, cleaned: each kind of field by itself."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agrimarket.typed import Refused, days, gb18030, identifiers, telephones
from agrimarket.typed.text import PLAIN_TEXT, line, paragraphs
from tests.factories import onboarding as make

anything = st.text(max_size=60) | st.text(
    st.sampled_from(
        "\0\x07\x85\u00a0\u00ad\u034f\u061c\u115f\u180e\u200b\u200c\u200d\u200e\u202a\u202c\u202e\u2028\u2066\u2069\u3000"
        "\u3164\ufe0f\ufeff\U000e0100\U000e0067\U000e007f\U0001f3f4\U0001f469\U0001f33e\U0001fa77\U0003158e\ud800\u0301"
        "草莓e1３٣²①〇' \r\n\t+-—()/x×*Хext转,;年月日"
    ),
    max_size=24,
)


def read(clean: Callable[[str], Any], text: str) -> Any:
    """The clean text, or the code by which it is refused."""
    try:
        return clean(text)
    except Refused as refusal:
        return refusal.code


CLEANED: list[Callable[[str], Any]] = [
    line,
    paragraphs,
    identifiers.identifier,
    identifiers.email,
    identifiers.id_number,
    identifiers.credit_code,
    identifiers.bank_number,
    telephones.mobile,
    telephones.any_number,
    days.day,
]


@pytest.mark.parametrize("clean", CLEANED)
@given(anything)
@example("a\u200d\u200d\ufe0f b")
@example("e\ufe0f\u0301")
def test_any_text_is_cleaned_once_or_refused(clean: Callable[[str], Any], text: str) -> None:
    try:
        once = clean(text)
    except Refused as refusal:
        assert re.fullmatch("[a-z_0-9]+", refusal.code)
    else:
        assert clean(str(once)) == once


def _as_cell(text: str) -> str:
    return f" \t\ufeff{text}\u200b\r\n"


@given(anything)
def test_what_the_json_schema_takes_is_what_is_taken(text: str) -> None:
    if re.search("[\ud800-\udfff]", text):  # no JSON text holds one
        return
    taken = bool(re.search(PLAIN_TEXT, text))
    kept = read(paragraphs, text)
    if kept in ("text_unprintable", "text_invisible"):
        assert not taken or re.search("[\U000e0000-\U000e0fff]", text)
    elif re.search("[\U000e0000-\U000fffff\U0001bca0-\U0001d17a]", text) is None:
        assert taken == bool(kept)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "王𱖎",
            "请帮忙👩‍🌾",
            "🩷",
            "می‌خواهم",
            "❤️",
            "1️⃣",
            "葛\U000e0100",
            "ᠠ\u180e",
            "\ue815",
            "王",
            "阿卜杜拉·买买提",
        ),
        *(
            "O'Brien",
            "D’Angelo",
            "\U000323af",
            "🏳️‍🌈",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "क्‍ष",
        ),
    ],
)
def test_good_text_stays_as_it_is(text: str) -> None:
    shown = unicodedata.normalize("NFC", text.removesuffix("\u180e"))
    assert line(text) == paragraphs(text) == shown
    assert line(_as_cell(text)) == shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\ufeff王芳\u200e", "王芳"),
        ("\u3164王\u2800", "王"),
        ("\u3164\u200b", ""),
        ("a\u200d b", "a b"),
        ("第一行\r\n第二行", "第一行 第二行"),
        ("一\t二", "一 二"),
    ],
)
def test_what_is_not_seen_goes(typed: str, kept: str) -> None:
    assert line(typed) == kept


@pytest.mark.parametrize("breaks", ["\r\n", "\r", "\n", "\u2028", "\u2029"])
def test_a_line_break_is_one_however_it_is_written(breaks: str) -> None:
    assert paragraphs(f"第一行{breaks}第二行{breaks}") == "第一行\n第二行"


@pytest.mark.parametrize(
    "sign", [*map(chr, range(9)), "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\x9f", "\ud800", "\udfff"]
)
def test_controls_and_halves_of_characters_are_refused(sign: str) -> None:
    assert read(line, f"王{sign}芳") == read(paragraphs, sign) == "text_unprintable"


@pytest.mark.parametrize("sign", "\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_the_order_of_reading_is_refused(sign: str) -> None:
    assert read(line, f"王{sign}芳") == read(paragraphs, f"{sign}王") == "text_invisible"


@pytest.mark.parametrize("sign", "\u061c\u200e\u200f\u202a\u202b\u202c\u2061\u206a\ufff9\U000e0061")
def test_what_is_not_seen_is_refused_between_what_is(sign: str) -> None:
    assert read(line, f"王{sign}芳") == read(paragraphs, f"王{sign}芳") == "text_invisible"
    assert line(f"{sign}王芳") == "王芳"


@pytest.mark.parametrize("sign", "\u00ad\u200b\u2060\ufeff\u200c\u200d\u034f")
@pytest.mark.parametrize("name", ["王芳", "김철수", "さくら", "王𱖎", "東港市前陽鎮"])
def test_what_is_harmless_and_not_seen_goes_from_a_name(sign: str, name: str) -> None:
    assert line(sign.join(name)) == paragraphs(sign.join(name)) == line(f"{sign}{name}{sign * 3}") == name


@pytest.mark.parametrize("sign", "\u00ad\u200b\u2060\ufeff")
@pytest.mark.parametrize(
    "text", ["Li Mei", "Donggang 3", "می‌خواهم", "👩‍🌾 农", "葛\U000e0100", "ภาษาไทย", "O'Brien", "1️⃣"]
)
def test_words_are_the_same_without_it(sign: str, text: str) -> None:
    shown = unicodedata.normalize("NFC", text)
    assert line(sign.join(text)) == paragraphs(sign.join(text)) == shown


harmless = st.text(st.sampled_from("\u00ad\u200b\u2060\ufeff"), max_size=3)


@given(st.lists(st.tuples(anything, harmless), max_size=6))
@example([("👩\u200d", "\u200b"), ("🌾", "")])
@example([("a\u202eb", "\u200b")])
def test_what_is_strewn_into_a_text_changes_neither_it_nor_whether_it_is_taken(pieces: list[tuple[str, str]]) -> None:
    bare = re.sub("[\u00ad\u200b\u2060\ufeff]", "", "".join(piece for piece, _ in pieces))
    strewn = "".join(piece + dust for piece, dust in pieces)
    assert read(line, strewn) == read(line, bare)
    assert read(paragraphs, strewn) == read(paragraphs, bare)
    assert not re.search("[\u00ad\u200b\u2060\ufeff]", str(read(line, strewn)))


PHONES = [
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "１３８００１３８０００",
    "(138)00138000",
    "+86 138 0013 8000",
    "＋８６13800138000",
    "0086 138 0013 8000",
    "8613800138000",
    "86-138-0013-8000",
    "'13800138000",
    "tel:+8613800138000",
    "138.0013.8000",
    "138\u00a00013\u200b8000\t",
    "\u202d13800138000\u202c",
    "138—0013–8000",
    "013800138000",
    "+86 (0)138 0013 8000",
    "١٣٨00138000",
    "+86 +86 138 0013 8000",
    "86 86 138 0013 8000",
    "0086+8613800138000",
    "电话：138-0013-8000",
    "手機號碼 138 0013 8000",
    "Tel. 13800138000",
    "13800138000.0",
    "13800138000，",
    "“13800138000”",
    '"13800138000"',
    "༡༣༨༠༠༡༣༨༠༠༠",
]


@pytest.mark.parametrize("typed", PHONES)
def test_spellings_of_one_telephone_are_one(typed: str) -> None:
    assert telephones.mobile(typed) == telephones.any_number(typed) == "+8613800138000"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("139OOO12345", "phone_letters"),
        ("139abcdefgh", "phone_letters"),
        ("1-800-FLOWERS", "phone_letters"),
        ("1380013800О", "phone_letters"),
        ("一三八00138000", "phone_letters"),
        ("①3800138000", "phone_letters"),
        ("138001380²0", "phone_letters"),
        ("1380013800〇", "phone_letters"),
        ("13800138000王", "phone_letters"),
        ("13800138000x12", "phone_extension"),
        ("13800138000 ext. 12", "phone_extension"),
        ("tel:+8613800138000;ext=12", "phone_extension"),
        ("13800138000转801", "phone_extension"),
        ("010-62345678-分机801", "phone_extension"),
        ("13800138000,12", "phone_extension"),
        ("13800138000#12", "phone_extension"),
        ("13800138000/13900139000", "phone_two"),
        ("13800138000、13900139000", "phone_two"),
        ("13800138000 13900139000", "phone_two"),
        ("13800138000或13900139000", "phone_two"),
        ("13800138000\n13900139000", "phone_two"),
        ("17951 13800138000", "phone_unreadable"),
        ("1380013800.0", "phone_unreadable"),
        ("1380013800.00", "phone_unreadable"),
        ("+86 86 0138001380", "phone_unreadable"),
        ("138****8000", "phone_unreadable"),
        ("微信13800138000", "phone_letters"),
        ("1.3800138E+10", "phone_letters"),
        ("138001380001", "phone_unreadable"),
        ("1380013800", "phone_unreadable"),
        ("++8613800138000", "phone_unreadable"),
        ("", "phone_unreadable"),
        ("8\u202e0001300831", "text_invisible"),
        ("138\x070013 8000", "text_unprintable"),
    ],
)
def test_a_telephone_that_is_none_is_told_why(typed: str, code: str) -> None:
    assert read(telephones.mobile, typed) == read(telephones.any_number, typed) == code


@given(anything | st.text("0123456789+-() x转O٣３/,", max_size=24))
def test_the_digits_typed_are_the_digits_called(typed: str) -> None:
    try:
        called = telephones.any_number(typed)
    except Refused:
        return
    digits = "".join(str(unicodedata.decimal(sign)) for sign in typed if unicodedata.decimal(sign, None) is not None)
    assert called.lstrip("+").endswith(digits.lstrip("0").removeprefix("86").lstrip("0")) or digits in called
    assert not any(sign.isalpha() for sign in re.sub("(?i)^[^0-9]*(?:tel|phone|mobile)", "", typed))


@pytest.mark.parametrize("end", ["X", "x", "×", "*", "Х", "х", "Ｘ", "ｘ", "＊", "Χ", "✕", "Ⅹ"])
def test_signs_for_the_x_of_an_identity_number_are_that_x(end: str) -> None:
    number = next(n for n in map(make.id_number_of, range(500)) if n.endswith("X"))
    assert identifiers.id_number(number[:-1] + end) == number


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("210681800101001", "cn_id_old"),
        ("2106818001０1001", "cn_id_old"),
        ("E12345678", "cn_id_passport"),
        ("h 12345678", "cn_id_passport"),
        ("A123456(7)", "cn_id_passport"),
        ("21068180010100", "cn_id_number"),
    ],
)
def test_a_number_of_another_card_is_named(text: str, code: str) -> None:
    assert read(identifiers.id_number, text) == code


@pytest.mark.parametrize("between", [" ", "\u00a0", "\u200b", "\t", "-", "–", "—", "－", "\u3000", "\ufeff", "\u2212"])
def test_what_stands_between_the_characters_of_an_identifier_goes(between: str) -> None:
    number = make.id_number_of(7)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for clean, text in ((identifiers.id_number, number), (identifiers.credit_code, make.CREDIT_CODE)):
        assert clean(f"'{text[:6]}{between}{text[6:]}{between}".lower()) == text
    assert identifiers.id_number(wide) == number


@pytest.mark.parametrize("text", ["6214832018989180", "60142870670591508", "1900015081234567", "0402020109300123456"])
def test_a_bank_number_without_a_cards_check_digit_is_one(text: str) -> None:
    assert identifiers.bank_number(f"{text[:4]} {text[4:]}") == text
    assert identifiers.unlike_a_card(text)


@pytest.mark.parametrize(("digits", "taken"), [(7, False), (8, True), (15, True), (20, True), (30, True), (31, False)])
def test_bank_numbers_have_eight_to_thirty_digits(digits: int, taken: bool) -> None:
    number = "1" * digits
    assert read(identifiers.bank_number, number) == (number if taken else "bank_number")
    assert not identifiers.unlike_a_card(number)


@pytest.mark.parametrize("text", ["1_2345678", "1234567八", "12345678²", "1e10000000", "+12345678", "12345678.0"])
def test_what_only_resembles_a_bank_number_is_none(text: str) -> None:
    assert read(identifiers.bank_number, text) == "bank_number"


@pytest.mark.parametrize("code", ["91350203M0001QKT19", "N2210681MA01234567"])
def test_a_registered_credit_code_is_taken_whether_it_adds_up_or_not(code: str) -> None:
    assert identifiers.credit_code(code) == code
    assert identifiers.adds_up(code) == (code[0] == "N")
    assert identifiers.adds_up(make.CREDIT_CODE)


@given(st.integers(0, 300_000))
def test_an_identity_number_is_no_credit_code(number: int) -> None:
    assert read(identifiers.credit_code, make.id_number_of(number)) == "cn_credit_code_is_id"


@pytest.mark.parametrize("letter", "IOZSV")
def test_letters_that_no_credit_code_has_are_named(letter: str) -> None:
    assert read(identifiers.credit_code, f"91350203M000{letter}QKT19") == "cn_credit_code_letters"


@given(st.dates(date(1850, 1, 1), date(2199, 12, 31)))
def test_an_adult_applies(born: date) -> None:
    today, number = date(2026, 11, 28), f"210681{born:%Y%m%d}0010"
    refused = read(lambda text: identifiers.check_applicant(text, today), number)
    if born > today:
        assert refused == "id_not_born"
    elif born.year < 1906:
        assert refused == "id_too_long_ago"
    elif born > today.replace(year=2008):
        assert refused == "id_not_adult"
    elif born.year > 1906:
        assert refused is None


def test_a_person_is_grown_up_on_their_birthday() -> None:
    born, birthday = "210681200811280010", date(2026, 11, 28)
    identifiers.check_applicant(born, birthday)
    with pytest.raises(Refused, match="id_not_adult"):
        identifiers.check_applicant(born, birthday - timedelta(days=1))


@pytest.mark.parametrize(
    "typed",
    [
        "2026-02-28",
        "2026/2/28",
        "2026.02.28",
        "2026年2月28日",
        "２０２６－０２－２８",
        "20260228",
        " 2026–02–28 ",
        "2026-02-28 00:00:00",
        "2026-02-28T00:00:00Z",
        "2026/2/28 星期六",
        "2026年2月28日（周六）",
        "2026年2月28号之前",
        "\u200e2026\u200e/\u200e02\u200e/\u200e28",
        "2026 年 2 月 28 日",
    ],
)
def test_spellings_of_a_day_are_one(typed: str) -> None:
    assert days.day(typed) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "typed",
    [
        "28/2/2026",
        "2026-02-30",
        "2月28日",
        "26-02-28",
        "2026-13-01",
        "0000-01-01",
        "tomorrow",
        "",
        "2/28/2026",
        "明天",
        "46081",
        "2026年2月",
        "2026-02-28 13:00",
        "二月二十八日",
        "民国115年2月28日",
    ],
)
def test_a_day_that_can_be_read_in_two_ways_is_none(typed: str) -> None:
    assert read(days.day, typed) == "date_parsing"


def test_no_day_follows_the_calendars_last() -> None:
    assert days.day_after("2026年2月28日") == date(2026, 3, 1)
    assert read(days.day_after, "9999-12-31") == "date_parsing"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("FE59", "\u9fb4"),
        ("FE61", "\u9fb5"),
        ("FE66", "\u9fb6"),
        ("FE67", "\u9fb7"),
        ("FE6D", "\u9fb8"),
        ("FE7E", "\u9fb9"),
        ("FE90", "\u9fba"),
        ("FEA0", "\u9fbb"),
        ("A6D9", "\ufe10"),
        ("A6DA", "\ufe12"),
        ("A6DB", "\ufe11"),
        ("A6DC", "\ufe13"),
        ("A6DD", "\ufe14"),
        ("A6DE", "\ufe15"),
        ("A6DF", "\ufe16"),
        ("A6EC", "\ufe17"),
        ("A6ED", "\ufe18"),
        ("A6F3", "\ufe19"),
        ("A8BC", "\u1e3f"),
        ("FE51", "\U00020087"),
        ("FE52", "\U00020089"),
        ("FE53", "\U000200cc"),
        ("FE6C", "\U000215d7"),
        ("FE76", "\U0002298f"),
        ("FE91", "\U000241fe"),
        ("CDF5", "王"),
    ],
)
def test_gb18030_is_read_by_its_newest_edition(content: str, text: str) -> None:
    assert gb18030.decode(bytes.fromhex(content)) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Co"]), max_size=40))
def test_gb18030_keeps_every_other_character(text: str) -> None:
    assert gb18030.decode(text.encode("gb18030")) == text
