"""HTML forms as answers."""

from typing import Annotated, Any

from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.i18n import render, t
from agrimarket.kernel.quantity import Weight, parse_weight
from agrimarket.onboarding.forms import Step

Fields = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
UNITS = ("jin", "kg", "t")


def see_other(path: str) -> Redirect:
    """On to the next page; a reload does not post again."""
    return Redirect(path, status_code=303)


def texts(data: dict[str, Any]) -> dict[str, str]:
    """Every field as one text; of a repeated one the last counts."""
    return {name: str(value[-1] if isinstance(value, list) else value) for name, value in data.items()}  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


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
            several = data.get(name, [])
            found[name] = several if isinstance(several, list) else [several]
        elif "const" in definition:
            found[name] = True if given.get(name) else None
        elif definition.get("x-input") == "weight":
            found[name] = weight_of(given, name) or None
        elif definition.get("x-input") in ("file", "region"):
            continue
        else:
            text = given.get(name, "").strip()
            if text or not step.secret(name):
                found[name] = _typed(definition, text)
    return found


def _typed(definition: dict[str, Any], text: str) -> Any:
    if not text:
        return None
    if definition.get("type") in ("number", "integer"):
        try:
            return int(text) if definition["type"] == "integer" else float(text)
        except ValueError:
            return text
    return text


def desk_weight(grams: int, language: str) -> str:
    """A weight for operators: in tonnes from one tonne on, else in kilograms."""
    return render(Weight(grams, "t" if grams >= 1_000_000 else "kg"), language)
