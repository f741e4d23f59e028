"""Formats of answers, beyond their JSON type: how each kind is cleaned (`agrimarket.typed`) and checked."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from agrimarket.kernel import ids
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.quantity import parse_weight
from agrimarket.kernel.resources import PREFIXES
from agrimarket.typed import Refused, days, identifiers
from agrimarket.typed.text import line, paragraphs

LONGEST: Final = 5_000
"""Characters beyond which an answer is not looked at: its field's `maxLength` refuses it."""


def normal_weight(text: str) -> str:
    """A weight as people write it; kept as typed."""
    parse_weight(text)
    return text.strip()


def normal_document(text: str) -> str:
    """The id of an uploaded document as it is on the wire."""
    try:
        ids.decode(PREFIXES["document"], text)
    except ValueError as error:
        raise Refused("id_malformed") from error
    return text


def normal_day(text: str) -> str:
    """A day, as `2026-02-28`."""
    return days.day(text).isoformat()


NORMAL: Mapping[str, Callable[[str], str]] = {
    "cn-id-number": identifiers.id_number,
    "cn-credit-code": identifiers.credit_code,
    "bank-number": identifiers.bank_number,
    "weight": normal_weight,
    "readable": line,
    "paragraphs": paragraphs,
    "document": normal_document,
    "date": normal_day,
}
"""Formats of the forms' JSON Schema by name. Each returns the stored spelling, or raises `Refused` or `Invalid`."""


def clean(format_: str, answer: Any) -> Any:
    """The answer in its stored spelling; as it is where its format refuses it, which its check will tell."""
    normal = NORMAL.get(format_)
    if normal is None or not isinstance(answer, str) or len(answer) > LONGEST:
        return answer
    try:
        return normal(answer)
    except (Refused, Invalid):
        return answer


def refusal(format_: str, answer: str) -> str | None:
    """Code of the sentence about why that format refuses the answer; None if it takes it."""
    if len(answer) > LONGEST:
        return None
    try:
        NORMAL[format_](answer)
    except Refused as refused:
        return refused.code
    except Invalid:
        return "quantity_unreadable"
    return None


def _holds(format_: str) -> Callable[[str], bool]:
    return lambda text: refusal(format_, text) is None


CHECKS: dict[str, Callable[[str], bool]] = {name: _holds(name) for name in NORMAL}
"""Checks whether a text has a format, by the format's name, for the JSON Schema validator."""


def masked(text: str, kind: str) -> str:
    """Secret answer, masked; of a `name` the first of several characters is kept, of a `number` the last four."""
    if kind == "name":
        return "＊" * len(text) if len(text) < 2 else text[:1] + "＊" * min(len(text) - 1, 2)
    return "•" * 4 + text[-4:]
