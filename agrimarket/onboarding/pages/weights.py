"""Weights on pages: a number and its unit in two fields, and in words."""

from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.quantity import Weight, parse_weight

UNITS = ("jin", "kg", "t")
"""Units that can be chosen beside a number."""


def typed(given: dict[str, str], name: str) -> str:
    """Number and unit of a weight as one text: `500` and `jin` are `500jin`; a unit in the number's field wins."""
    number = given.get(name, "").strip()
    unit = given.get(f"{name}_unit", "kg")
    return f"{number}{unit}" if number[-1:].isdecimal() and unit in UNITS else number


def split(text: str) -> tuple[str, str]:
    """Number and unit of a weight, to fill the two fields; unreadable text comes back as it is."""
    for unit in UNITS:
        if text.endswith(unit) and text[: -len(unit)].strip():
            return text[: -len(unit)].strip(), unit
    try:
        weight = parse_weight(text)
    except Invalid:
        return text, "kg"
    unit = weight.unit if weight.unit in UNITS else "kg"
    return f"{weight.in_unit(unit).normalize():f}", unit


def choices(language: str) -> list[tuple[str, str]]:
    """The units with their names."""
    return [(unit, t(f"unit.{unit}", language)) for unit in UNITS]


def words(text: str, language: str) -> str:
    """Weight in words, in the unit that was typed, jin with its kilograms; unreadable text stays as it is."""
    try:
        weight = parse_weight(text)
    except Invalid:
        return text
    if weight.unit != "jin":
        return render(weight, language)
    return t("form.weight_in_jin", language, jin=weight, kg=Weight(weight.grams))


def on_desk(grams: int, language: str) -> str:
    """Weight for operators: in tonnes from one tonne up, else in kilograms."""
    return render(Weight(grams, "t" if grams >= 1_000_000 else "kg"), language)
