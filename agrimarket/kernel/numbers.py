"""Numbers as people write them: the one reader of pages, bodies and files.

It reads full-width figures, `1,200` and `1,2000,0000`, a decimal comma where it can be nothing else, Chinese numerals,
`1.2万`, `一吨半` and `约500`. It never guesses: what could be two numbers, or is none, is a `NumberError`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import ClassVar, Final

from agrimarket.kernel.errors import Invalid
from agrimarket.typed.text import one_width

MAX_TEXT: Final = 40
"""Characters of a number as people write it, with its unit."""


class NumberError(Invalid):
    """The text is not one number. `example` is written as the text could have been."""


class NumberUnreadable(NumberError):
    """The text is no number, or its unit is none that fits."""

    code: ClassVar[str] = "number.unreadable"


class NumberAmbiguous(NumberError):
    """The separators can be read in two ways: as `one` or as `other`."""

    code: ClassVar[str] = "number.ambiguous"


class NumberVague(NumberError):
    """The text names several numbers, as `10-20` and `几百` do."""

    code: ClassVar[str] = "number.vague"


class NumberNotWhole(NumberError):
    """The number has a fraction, where only whole ones count anything."""

    code: ClassVar[str] = "number.not_whole"


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number, and its unit as `Units` names it ("" where none was written)."""

    value: Decimal
    unit: str


Units = Mapping[str, str]
"""Units by each of their spellings: lower case, half width, no spaces."""


def _spelt(unit: str, spellings: str) -> Units:
    return dict.fromkeys(spellings.split(), unit)


COUNTED: Final[Mapping[str, Units]] = {
    "day": _spelt("day", "天 日 day days"),
    "mu": _spelt("mu", "亩 畝 市亩 市畝 亩地 畝地 mu"),
    "person": _spelt("person", "人 口 名 位 个 個 个人 個人 户 戶 person people member members"),
    "yuan": _spelt("yuan", "元 块 塊 块钱 塊錢 圆 圓 yuan rmb cny 人民币 人民幣"),
}
"""Spellings of what a number may count, by its unit."""
EXACT: Final = Context(prec=4 * MAX_TEXT)
"""Arithmetic that rounds nothing of a number of `MAX_TEXT` characters."""

_HALF: Final = Decimal("0.5")
_UNSEEN = re.compile("[\u00ad\u200b-\u200e\u202a\u202c\u202d\u2060\u2066\u2068\u2069\ufeff]")
"""Characters that are not seen and leave figures in their order."""
_BESIDE_HAN = re.compile(r"\s+(?=[\u3400-\u9fff〇])|(?<=[\u3400-\u9fff〇])\s+|(?<=[a-z])\s+(?=[a-z])")
_SAME = str.maketrans(
    "〇萬億兩點壹贰貳叁參肆伍陆陸柒捌玖拾佰仟約計幾數餘來。٫٬",
    "零万亿两点一二二三三四五六六七八九十百千约计几数余来..,",
)
_BEFORE = re.compile(
    r"(?:(?:大约|大概|大致|约莫|约摸|约|差不多|估计|总共|一共|共计|共|合计|总计"
    r"|about|approximately|approx\.?|around|roughly|est\.?|circa|ca\.?|total(?:\s+of)?:?|~|≈)有?\s*)+"
)
_AFTER = re.compile(
    r"(?:\s*[,(]?\s*(?:(?:左右|上下|大约|大概|约|估计|about|approx\.?|est\.?|orso|~)\s*\)?吧?|[整吧]))+$"
)
_QUOTES = "'\"‘’“”「」"
_MARKS = re.compile(r"(?<![0-9零一二两三四五六七八九十百千万亿半,;、!.])[,;、!.]+$")
"""What ends a sentence, behind a unit."""
_PARTS = (("½", "5"), ("¼", "25"), ("¾", "75"))
_SHORTHAND = ((re.compile(r"(?<=[0-9])w"), "万"), (re.compile(r"(?<=[0-9])k(?= ?[\u3400-\u9fff]| [a-z])"), "千"))
"""As people write 万 and thousands in messages; a `k` only where the unit stands apart, since `5kg` is none."""
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
"""What is asked for as a number of days, and typed as the day: no number of it is the nearest."""
_VAGUE = re.compile(
    r"[0-9零一二两三四五六七八九十百千万亿半]\S{0,8}?\s*(?:[-–—~〜]|到|至|或|to|or)\s*[0-9一二两三四五六七八九十半]"
    r"|[一二两三四五六七八九][一二三四五六七八九]|[一二三四五六七八九]两(?=[十百千万亿])|[0-9一二两三四五六七八九十百千万亿][多余来几]|[几数][十百千万]|[上近成][百千万]"
)


def read(text: str, units: Units, *, commas_unclear: bool = False) -> Number:
    """The number that is written, with one of `units` behind it or none. A minus is read, for bounds to refuse.

    `commas_unclear`: the text is from where commas are decimal, so that `1,200` and `1.200` are ambiguous.
    Raises `NumberError` and nothing else.
    """
    if len(text) > MAX_TEXT:
        raise NumberUnreadable(example=written("3", named(text, units)))
    plain = _tidy(text)
    for spelling in _ending(plain, units):
        rest = plain[: len(plain) - len(spelling)]
        half = spelling.endswith("半")
        value = _value(_bare(rest), commas_unclear)
        if value is not None and not (half and value != value.to_integral_value()):
            return Number(EXACT.add(value, _HALF) if half else value, units.get(spelling.removesuffix("半"), ""))
    if _VAGUE.search(plain) and not _DATE.search(plain):
        raise NumberVague(example=written(figures(text) or "3", named(text, units)))
    raise NumberUnreadable(example=written("3", named(text, units)))


def _bare(text: str) -> str:
    """What is before a unit, without marks of its own end."""
    text = _MARKS.sub("", text.rstrip(f"{_QUOTES} "))
    return _AFTER.sub("", text).rstrip(f"{_QUOTES} ")


def whole(text: str, units: Units) -> int:
    """A whole number. `NumberError`."""
    number = read(text, units)
    if number.value != number.value.to_integral_value():
        raise NumberNotWhole(example=written("3", named(text, units)))
    return int(number.value)


def named(text: str, units: Units) -> str:
    """The unit that `text` names, in its own spelling; "" if it names none. A word of letters stands on its own, or at
    the end, as in `5OOjin`."""
    plain = one_width(text[:MAX_TEXT], composed=True).lower()
    alone = ((each, rf"(?<![a-z]){each}(?![a-z])" if each.isascii() else each) for each in _longest(units))
    last = (each for each in _longest(units) if each.isascii() and len(each) > 1 and plain.endswith(each))
    return next((spelling for spelling, pattern in alone if re.search(pattern, plain)), next(last, ""))


def figures(text: str) -> str:
    """The last figures of `text`; "" if it has none."""
    found = re.findall(r"[0-9]{1,6}(?:\.[0-9]{1,2})?", one_width(text[:MAX_TEXT], composed=True))
    return found[-1] if found else ""


def written(number: str, spelling: str) -> str:
    """A number and its unit, as people write them: `500斤`, `500 kg`."""
    return f"{number} {spelling}".strip() if spelling.isascii() else f"{number}{spelling}"


def _longest(units: Units) -> Iterable[str]:
    return sorted(units, key=len, reverse=True)


def _tidy(text: str) -> str:
    """`text` in one width, one script and lower case; without marks of roughness and needless spaces."""
    plain = _halves(_UNSEEN.sub("", one_width(text, composed=True)).lower()).translate(_SAME)
    for figures_with, times in _SHORTHAND:
        plain = figures_with.sub(times, plain)
    plain = _BESIDE_HAN.sub("", " ".join(plain.split()).strip(f"{_QUOTES} "))
    found = _BEFORE.match(plain)
    plain = _MARKS.sub("", plain[found.end() :] if found else plain)
    return _AFTER.sub("", plain).strip()


def _halves(text: str) -> str:
    """`text` with 1½ as 1.5, and ¼ by itself as 0.25."""
    for sign, part in _PARTS if any(sign in text for sign, _ in _PARTS) else ():
        text = re.sub(rf"(?<=[0-9])\s*{sign}", f".{part}", text).replace(sign, f"0.{part}")
    return text


def _ending(plain: str, units: Units) -> Iterable[str]:
    """Every unit that `plain` ends with, the longest first; with 半 behind, as in 一吨半; at last none."""
    yield from (each for each in _longest(units) if plain.endswith(each))
    yield from (f"{each}半" for each in _longest(units) if plain.endswith(f"{each}半"))
    yield ""


_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_THREES = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_FOURS = re.compile(r"[1-9][0-9]{0,3}(?:,[0-9]{4})+(?:\.[0-9]+)?")
_COMMA = re.compile(r"(?:0|[1-9][0-9]*),[0-9]+")
_SPACES = re.compile(r"[1-9][0-9]{0,2}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_DOTS = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3}(?:(?:\.[0-9]{3})+|(?=,)))(?:,[0-9]+)?")
_COULD_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_TIMES = re.compile(r"(?P<number>[0-9., ]*[0-9])(?P<times>[十百千]?[万亿]|[百千])")
_SCALE = {"百": 10**2, "千": 10**3, "万": 10**4, "亿": 10**8}


def _value(text: str, commas_unclear: bool) -> Decimal | None:
    """Value of a numeral without its unit; None if it is none. `NumberAmbiguous`."""
    if text == "半":
        return _HALF
    text = re.sub(r"(?<=[0-9])点(?=[0-9])", ".", text)
    found = _TIMES.fullmatch(text)
    if found is None:
        return _figures(text, commas_unclear) if text.isascii() else _chinese(text)
    value = _figures(found["number"], commas_unclear)
    return None if value is None else EXACT.multiply(value, _times(found["times"]))


def _times(units: str) -> Decimal:
    """What 万, 百万 or 千 multiplies by."""
    value = 1
    for each in units:
        value *= _SCALE.get(each, 10)
    return Decimal(value)


def _figures(text: str, commas_unclear: bool) -> Decimal | None:
    """Value of figures with separators; None if they are none. `NumberAmbiguous`."""
    point, grouped = text.replace(",", "."), text.replace(",", "")
    if _PLAIN.fullmatch(text):
        return _or_else(text, text.replace(".", ""), commas_unclear and bool(_COULD_GROUP.fullmatch(text)))
    if _COMMA.fullmatch(text):
        if _THREES.fullmatch(text):
            return _or_else(grouped, point, commas_unclear)
        if _FOURS.fullmatch(text):  # a decimal fraction is not written with noughts at its end
            return _or_else(grouped, point, commas_unclear or not text.endswith("00"))
        return Decimal(point)
    if _THREES.fullmatch(text) or _FOURS.fullmatch(text):
        return Decimal(grouped)
    if _DOTS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return Decimal(point.replace(" ", "")) if _SPACES.fullmatch(text) else None


def _or_else(one: str, other: str, unclear: bool) -> Decimal:
    if unclear:
        raise NumberAmbiguous(example=f"{one} / {other}", one=one, other=other)
    return Decimal(one)


_1 = "[一二三四五六七八九]"
_2 = "[一二两三四五六七八九]"
_TENS = f"{_1}?十{_1}?"
_HUNDREDS = f"{_2}百(?:零{_1}|零?{_TENS})?"
_THOUSANDS = f"{_2}千(?:零?(?:{_HUNDREDS}|{_TENS})|零{_1})?"
_SECTION = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS}|{_2})"
_AFTER_BIG = f"(?:零?(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS})|零{_1})?"
_MYRIADS = f"{_SECTION}万{_AFTER_BIG}"
_WHOLE = re.compile(f"(?:{_SECTION}亿(?:零?{_MYRIADS}|{_AFTER_BIG})|{_MYRIADS}|{_SECTION}|零)")
_SHORT = re.compile(f"(?P<full>.+[百千万亿]){_1}")
"""As in 三百五 and 一万二: the last figure counts the next smaller unit."""
_DIGIT_BY_DIGIT = re.compile(r"[一二三四五六七八九](?=[一二三四五六七八九]*零)[零一二三四五六七八九]+")
"""As in 一五零零: with a nought in it, it is not 三五, three to five."""
_POINT = re.compile(r"(?P<whole>[^点]+)点(?P<part>[零一二三四五六七八九]+)(?P<times>[十百千]?[万亿]|[百千])?")


def _chinese(text: str) -> Decimal | None:
    """Value of Chinese numerals, also with figures among them, as in 1万2千; None if they are none."""
    # Imported here: cn2an takes 5 MB and a quarter of a second, and most numbers are in figures.
    from cn2an import an2cn, cn2an

    def spelt(found: re.Match[str]) -> str:
        figures = found[0]
        if figures.startswith("0"):
            return "".join("零一二三四五六七八九"[int(figure)] for figure in figures)
        return an2cn(figures)

    if _DIGIT_BY_DIGIT.fullmatch(text):
        return Decimal("".join(str("零一二三四五六七八九".index(each)) for each in text))
    text = re.sub(r"[0-9]{1,4}", spelt, text)
    point = _POINT.fullmatch(text)
    numeral = point["whole"] if point else text
    short = _SHORT.fullmatch(numeral)
    # cn2an takes more than people write: 三五 (three to five) as 35. Only what the grammar knows gets there.
    if not _WHOLE.fullmatch(numeral) and not (short and not point and _WHOLE.fullmatch(short["full"])):
        return None
    try:
        value = int(cn2an(re.sub("亿(?=[^零万]{2,}$)", "亿零", numeral), "normal"))  # it wants 零 in 一亿一千
    except (ValueError, KeyError):  # 千万亿: it has no word for what is between
        return None
    if point is None:
        return Decimal(value)
    part = "".join(str("零一二三四五六七八九".index(figure)) for figure in point["part"])
    return EXACT.multiply(Decimal(f"{value}.{part}"), _times(point["times"] or ""))
