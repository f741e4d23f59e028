"""Weights as people write them, kept as integer grams."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from agrimarket.kernel.errors import Invalid

GRAMS: dict[str, int] = {"g": 1, "jin": 500, "kg": 1_000, "t": 1_000_000}
"""Grams in each unit. A 斤 (jin) is 500 g in mainland China; UNECE Rec 20 calls the others GRM, KGM and TNE."""

_ALIASES = {
    "g": "g", "克": "g", "gram": "g", "grams": "g",
    "斤": "jin", "市斤": "jin", "jin": "jin", "catty": "jin",
    "kg": "kg", "公斤": "kg", "千克": "kg", "kilo": "kg", "kilos": "kg", "kilogram": "kg", "kilograms": "kg",
    "t": "t", "吨": "t", "噸": "t", "公吨": "t", "公噸": "t", "ton": "t", "tons": "t", "tonne": "t", "tonnes": "t",
}  # fmt: skip
_PATTERN = re.compile(r"^\s*([0-9][0-9,，]*(?:\.[0-9]+)?)\s*(万|萬)?\s*([^\W\d_]+)?\s*$")
MAX_GRAMS = 10**15
"""A thousand million tonnes: more than China harvests in a year."""


class QuantityUnreadable(Invalid):
    """The text is not a weight."""

    code: ClassVar[str] = "quantity.unreadable"


class QuantityOutOfRange(Invalid):
    """The weight is zero, less than a gram, or more than a country harvests."""

    code: ClassVar[str] = "quantity.out_of_range"


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight in grams, with the unit that the person typed."""

    grams: int
    unit: str = "kg"

    def in_unit(self, unit: str | None = None) -> Decimal:
        """The weight as a number of `unit` (default: as typed)."""
        return Decimal(self.grams) / GRAMS[unit or self.unit]


def digits(text: str) -> str:
    """`text` in one width, with full-width digits as 0 to 9.

    Characters that only look like digits stay as they are, so that `5²` is not read as 52.
    """
    return "".join(c if unicodedata.category(c) in ("No", "Nl") else unicodedata.normalize("NFKC", c) for c in text)


def parse_weight(text: str, default_unit: str = "kg", *, pointer: str | None = None) -> Weight:
    """Read `500斤`, `2.5 kg`, `3吨`, `1,200`, `1.2万斤`; full-width digits are understood.

    Rounds to the gram. `QuantityUnreadable` or `QuantityOutOfRange` otherwise.
    """
    match = _PATTERN.match(digits(text))
    unit = _ALIASES.get((match.group(3) or default_unit).lower()) if match else None
    if match is None or unit is None:
        raise QuantityUnreadable(pointer=pointer)
    try:
        number = Decimal(match.group(1).replace(",", ""))
    except InvalidOperation as error:
        raise QuantityUnreadable(pointer=pointer) from error
    grams = int((number * (10_000 if match.group(2) else 1) * GRAMS[unit]).to_integral_value())
    if not 0 < grams <= MAX_GRAMS:
        raise QuantityOutOfRange(pointer=pointer)
    return Weight(grams, unit)
