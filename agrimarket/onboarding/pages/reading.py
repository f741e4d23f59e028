"""HTML forms as answers."""

import re
from typing import Any

from agrimarket.http.formdata import several, texts
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.quantity import Weight, digits, parse_weight
from agrimarket.onboarding.forms import Step

UNITS = ("jin", "kg", "t")


def weight_of(given: dict[str, str], name: str) -> str:
    """Number and unit of a weight as one text: `500` and `jin` are `500jin`; a unit that was typed wins."""
    number = given.get(name, "").strip()
    unit = given.get(f"{name}_unit", "kg")
    return f"{number}{unit}" if number[-1:].isdecimal() and unit in UNITS else number


def split_weight(text: str) -> tuple[str, str]:
    """A weight's number and unit, to fill the two fields with; what cannot be read comes back as it is."""
    for unit in UNITS:
        if text.endswith(unit) and text[: -len(unit)].strip():
            return text[: -len(unit)].strip(), unit
    try:
        weight = parse_weight(text)
    except Invalid:
        return text, "kg"
    unit = weight.unit if weight.unit in UNITS else "kg"
    return f"{weight.in_unit(unit).normalize():f}", unit


def weight_words(text: str, language: str) -> str:
    """A weight for people, in the unit that was typed; of jin with its kilograms. What cannot be read stays."""
    try:
        weight = parse_weight(text)
    except Invalid:
        return text
    if weight.unit != "jin":
        return render(weight, language)
    return t("form.weight_in_jin", language, jin=weight, kg=Weight(weight.grams))


def answers_of(step: Step, data: dict[str, Any]) -> dict[str, Any]:
    """A step's answers in the types of its JSON Schema. Blank takes an answer back, except a secret: that stays."""
    given = texts(data)
    found: dict[str, Any] = {}
    for name in step.fields:
        definition = step.definitions[name]
        if definition.get("type") == "array":
            found[name] = list(dict.fromkeys(several(data.get(name, []))))
        elif "const" in definition:
            found[name] = True if given.get(name) else None
        elif definition.get("x-input") == "weight":
            found[name] = weight_of(given, name) or None
        elif definition.get("x-input") in ("file", "region"):
            continue
        else:
            text = given.get(name, "").strip()
            if text or not step.secret(name):
                found[name] = _number(definition["type"], text) if text and step.number(name) else text or None
    return found


_NUMBER = re.compile(r"^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$")


def _number(kind: str, text: str) -> int | float | str:
    """A number as people write it, in the digits of any script; what is none stays text, which the form refuses."""
    plain = digits(text).replace(",", "")
    if not _NUMBER.match(plain) or (kind == "integer" and "." in plain):
        return text
    return int(plain) if kind == "integer" else float(plain)


def desk_weight(grams: int, language: str) -> str:
    """A weight for operators: in tonnes from one tonne on, else in kilograms."""
    return render(Weight(grams, "t" if grams >= 1_000_000 else "kg"), language)
