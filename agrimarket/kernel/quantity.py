"""Weights as people write them, kept as integer grams."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.numbers import EXACT, Number, NumberError, NumberUnreadable, NumberVague, Units
from agrimarket.typed.text import one_width

GRAMS: dict[str, int] = {"g": 1, "jin": 500, "kg": 1_000, "t": 1_000_000}
"""Grams in each unit. A 斤 (jin) is 500 g in mainland China; UNECE Rec 20 calls the others GRM, KGM and TNE."""
SPELLINGS: Units = {
    spelling: unit
    for unit, spellings in {
        "g": "g 克 gram grams",
        "jin": "斤 市斤 jin catty catties",
        "kg": "kg kgs 公斤 千克 kilo kilos kilogram kilograms kilogramme kilogrammes",
        "t": "t mt 吨 噸 公吨 公噸 ton tons tonne tonnes metricton metrictons metrictonne metrictonnes",
    }.items()
    for spelling in spellings.split()
}
"""Units by each of their spellings, as `numbers.read` takes them."""
_HAN = {"g": "克", "jin": "斤", "kg": "公斤", "t": "吨"}
MAX_GRAMS = 10**15
"""A thousand million tonnes: more than China harvests in a year."""


class QuantityUnreadable(NumberError):
    """The text is not a weight."""

    code: ClassVar[str] = "quantity.unreadable"


class QuantityTwoUnits(NumberError):
    """Behind the weight `one` stands another unit, as where `500斤` is typed and tonnes are chosen."""

    code: ClassVar[str] = "quantity.two_units"


class QuantityOutOfRange(Invalid):
    """The weight is zero, less than a gram, or more than a country harvests."""

    code: ClassVar[str] = "quantity.out_of_range"


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in grams, with the unit that the person typed; "" is that in which whoever reads it weighs."""

    grams: int
    unit: str = ""

    def in_unit(self, unit: str | None = None) -> Decimal:
        """The weight as a number of `unit` (default: as typed, or of kilograms)."""
        return Decimal(self.grams) / GRAMS[unit or self.unit or "kg"]


def parse_weight(
    text: str, default_unit: str = "kg", *, pointer: str | None = None, commas_unclear: bool = False
) -> Weight:
    """Read `500斤`, `2.5 kg`, `一吨半`, `1.2万斤`; a bare number is in `default_unit`, such as `jin` or `万斤`.

    `commas_unclear` as in `numbers.read`. Rounds to the gram. `NumberError` or `QuantityOutOfRange` otherwise.
    """
    try:
        number = _read(text, default_unit, commas_unclear)
    except NumberError as error:
        error.pointer = pointer
        raise
    grams = int(EXACT.to_integral_value(EXACT.multiply(number.value, Decimal(GRAMS[number.unit]))))
    if not 0 < grams <= MAX_GRAMS:
        raise QuantityOutOfRange(pointer=pointer, example=_example(text))
    return Weight(grams, number.unit)


def _read(text: str, default_unit: str, commas_unclear: bool) -> Number:
    """Number and unit of a weight. `NumberError`."""
    try:
        number = numbers.read(text, SPELLINGS, commas_unclear=commas_unclear)
        if not number.unit:
            number = numbers.read(f"{text}{default_unit}", SPELLINGS, commas_unclear=commas_unclear)
    except NumberUnreadable as error:
        _refuse_two_units(text)
        raise QuantityUnreadable(example=_example(text)) from error
    except NumberVague as error:
        raise NumberVague(example=_example(text, numbers.figures(text))) from error
    if number.value < 0 or not number.unit:
        raise QuantityUnreadable(example=_example(text))
    return number


def _refuse_two_units(text: str) -> None:
    """`QuantityTwoUnits` if `text` is a weight with a unit of another behind it."""
    words = text.strip()
    endings = (each for each in sorted(SPELLINGS, key=len, reverse=True) if words.lower().endswith(each))
    for first in (words[: -len(each)].strip() for each in endings):
        if _unit_in(first):
            raise QuantityTwoUnits(example=_example(first), one=first)


def _unit_in(text: str) -> str:
    """Unit of the weight that `text` is; "" if it is none, or has none."""
    with suppress(NumberError):
        return numbers.read(text, SPELLINGS).unit
    return ""


def _example(text: str, figures: str = "") -> str:
    """A weight in the unit of `text`, or else in one of its script; of `figures`, if given."""
    plain = one_width(text[: numbers.MAX_TEXT], composed=True)
    chinese = any("\u3400" <= character <= "\u9fff" for character in plain)
    spelling = numbers.named(plain, SPELLINGS) or ("斤" if chinese else "kg")
    spelling = _HAN.get(spelling, spelling) if chinese else spelling
    return numbers.written(figures or ("3" if SPELLINGS[spelling] == "t" else "500"), spelling)


def unit_named(words: str) -> str:
    """The unit of weight that `words` means behind a number, as `斤`, `metric tons` or `万斤` do; "" if none."""
    if not words or any(character.isdigit() for character in words):
        return ""
    return _unit_in(f"1{words}")
