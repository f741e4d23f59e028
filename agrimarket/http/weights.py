"""Weights on pages: a number and its unit in two fields, and in words."""

from agrimarket.http.problems import sentence
from agrimarket.kernel import numbers
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.quantity import SPELLINGS, Weight, parse_weight
from agrimarket.kernel.wire import field_code

UNITS = ("jin", "kg", "t")
"""Units that can be chosen beside a number where Chinese is read."""
_PRESETS = ("jin", "kg")
"""Units that pages choose by themselves, by their language; it may have changed since the page was opened."""
_SAME = {"g": "kg", "jin": "kg", "kg": "jin", "t": "kg"}


def units(language: str) -> tuple[str, ...]:
    """Units that can be chosen beside a number. The first is chosen where nobody has chosen one yet: jin in Chinese."""
    return ("kg", "jin", "t") if language == "en" else UNITS


def typed(given: dict[str, str], name: str, language: str) -> str:
    """Number and unit of a weight as one text: `500` and `jin` are `500jin`, and `500斤` is itself.

    A unit in the number's field wins over one that pages preset. Beside any other both stay, which is refused.
    """
    preset = units(language)[0]
    number, unit = given.get(name, "").strip(), given.get(f"{name}_unit", preset)
    if not number or unit not in UNITS:
        return number
    try:
        own = numbers.read(number, SPELLINGS).unit
    except Invalid:
        own = ""
    if not own:
        return f"{number}{unit}"
    return number if unit in (own, *_PRESETS) else f"{number} {unit}"


def split(text: str, language: str) -> tuple[str, str]:
    """Number and unit of a weight, to fill the two fields; unreadable text comes back as it is."""
    preset = units(language)[0]
    for unit in UNITS:
        if text.endswith(unit) and text[: -len(unit)].strip():
            return text[: -len(unit)].strip(), unit
    try:
        weight = parse_weight(text)
    except Invalid:
        return text, preset
    unit = weight.unit if weight.unit in UNITS else preset
    return f"{weight.in_unit(unit).normalize():f}", unit


def choices(language: str) -> list[tuple[str, str]]:
    """The units with their names."""
    return [(unit, t(f"unit.{unit}", language)) for unit in units(language)]


def words(text: str, language: str) -> str:
    """Weight in words: in jin first where Chinese is read, else as it was typed; unreadable text stays as it is."""
    try:
        weight = parse_weight(text)
    except Invalid:
        return text
    if weight.unit != "jin" and units(language)[0] != "jin":
        return render(weight, language)
    beside = Weight(weight.grams, "t" if weight.unit == "t" else "kg")
    return t("form.weight_in_jin", language, jin=Weight(weight.grams, "jin"), kg=beside)


def conversion(text: str, language: str) -> str:
    """The weight in the unit that was typed and in another, `500 斤 = 250 公斤`; "" for text that is no weight."""
    try:
        weight = parse_weight(text)
    except Invalid:
        return ""
    return t("form.weight_is", language, typed=weight, same=Weight(weight.grams, _SAME[weight.unit]))


def while_typing(text: str, language: str) -> str:
    """What is said of a weight while somebody types it: its conversion, or how to write it; "" for no text."""
    if not text:
        return ""
    try:
        parse_weight(text)
    except Invalid as error:
        return sentence(field_code(error), language, error.values)
    return conversion(text, language)


def said_on_desk(text: str, language: str) -> str:
    """Weight as somebody said it, for operators: in jin too where it was said so; unreadable text stays as it is."""
    try:
        weight = parse_weight(text)
    except Invalid:
        return text
    beside = on_desk(weight.grams, language)
    if weight.unit != "jin":
        return beside
    return t("form.weight_in_jin", language, jin=Weight(weight.grams, "jin"), kg=beside)


def on_desk(grams: int, language: str) -> str:
    """Weight for operators: in tonnes from one tonne up, else in kilograms."""
    return render(Weight(grams, "t" if grams >= 1_000_000 else "kg"), language)
