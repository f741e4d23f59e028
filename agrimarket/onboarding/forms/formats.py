"""Formats of answers, beyond their JSON type. Each `normal_…` returns the stored spelling, or raises `ValueError`."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from agrimarket.kernel import ids
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.quantity import parse_weight
from agrimarket.kernel.resources import PREFIXES

_DAY = re.compile(r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$")
_SEPARATORS = str.maketrans("", "", " -\u3000\u00a0")


def _compact(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SEPARATORS).upper()


def normal_id_number(text: str) -> str:
    """A mainland resident identity number (GB 11643): 18 characters, a birth date that exists, check digit.

    The first six digits are not looked up: people keep the code of a county that no longer exists.
    """
    number = _compact(text)
    try:
        if len(number) != 18 or not (number.isascii() and number[:-1].isdecimal()):
            raise ValueError(text)
        ric.get_birth_date(number)
        if ric.calc_check_digit(number) != number[-1]:
            raise ValueError(text)
    except ValidationError as error:
        raise ValueError(text) from error
    return number


def normal_credit_code(text: str) -> str:
    """A unified social credit code (GB 32100): 18 characters with check character."""
    try:
        return str(uscc.validate(_compact(text)))
    except ValidationError as error:
        raise ValueError(text) from error


def normal_bank_card(text: str) -> str:
    """A mainland bank card number (GB/T 19584): 16 to 19 digits, Luhn check digit."""
    number = _compact(text)
    if not (number.isascii() and number.isdecimal() and 16 <= len(number) <= 19 and luhn.is_valid(number)):
        raise ValueError(text)
    return number


def normal_weight(text: str) -> str:
    """A weight as people write it; kept as typed."""
    parse_weight(text)
    return text.strip()


def normal_readable(text: str) -> str:
    """Text in which nothing is hidden: no control, bidirectional or zero-width characters."""
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c not in "\n\t" for c in text):
        raise ValueError(text)
    normal = unicodedata.normalize("NFC", text).strip()
    if not normal:
        raise ValueError(text)
    return normal


def normal_document(text: str) -> str:
    """The id of an uploaded document as it is on the wire."""
    ids.decode(PREFIXES["document"], text)
    return text


def normal_day(text: str) -> str:
    """A day of this century or the next, as `2026-02-28`."""
    if not _DAY.match(text):
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


NORMAL: Mapping[str, Callable[[str], str]] = {
    "cn-id-number": normal_id_number,
    "cn-credit-code": normal_credit_code,
    "bank-card": normal_bank_card,
    "weight": normal_weight,
    "readable": normal_readable,
    "document": normal_document,
    "date": normal_day,
}
"""Formats of the forms' JSON Schema by name."""


def _holds(normal: Callable[[str], str]) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        try:
            normal(text)
        except (ValueError, Invalid):
            return False
        return True

    return holds


CHECKS: dict[str, Callable[[str], bool]] = {name: _holds(normal) for name, normal in NORMAL.items()}
"""Checks whether a text has a format, by the format's name, for the JSON Schema validator."""


def masked(text: str, kind: str) -> str:
    """Secret answer, masked; `kind` is `name` (keeps its first character) or `number` (keeps its last four)."""
    if kind == "name":
        return text[:1] + "＊" * min(len(text) - 1, 2)
    return "•" * 4 + text[-4:]
