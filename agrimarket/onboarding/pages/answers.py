"""Answers of a step on its page: the controls that ask for them, the values typed into these, and what a weight means
while it is typed."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.http import weights
from agrimarket.http.formdata import several, texts
from agrimarket.http.handlers import page
from agrimarket.http.pages import render_page
from agrimarket.kernel import numbers
from agrimarket.kernel.i18n import catalogue, t
from agrimarket.kernel.numbers import NumberError
from agrimarket.onboarding.forms.definitions import Step
from agrimarket.typed.text import trimmed


def control(step: Step, name: str, answer: Any, language: str) -> dict[str, Any]:
    """Values for the template of one field's control, with the field's `answer` filled in."""
    definition, kind, help_key = step.definitions[name], _kind(step, name), f"form.help.{name}"
    value = int(answer) if isinstance(answer, float) and answer.is_integer() else answer
    number, unit = weights.split(str(value or ""), language) if kind == "weight" else ("", "")
    return {
        "name": name,
        "kind": kind,
        "label": t(f"form.field.{name}", language),
        "help": t(help_key, language) if help_key in catalogue(language) else "",
        "value": value if value is not None else [] if kind == "checkboxes" else "",
        "number": number,
        "unit": unit,
        "units": weights.choices(language),
        "shown": weights.conversion(str(value or ""), language) if kind == "weight" else "",
        "options": [(choice, t(f"form.choice.{name}.{choice}", language)) for choice in step.choices(name)],
        "required": name in step.required,
        "autocomplete": definition.get("x-autocomplete", ""),
        "inputmode": "decimal" if step.number(name) else "",
        "maxlength": definition.get("maxLength", 60),
    }


def _kind(step: Step, name: str) -> str:
    """Kind of control that asks for the field."""
    definition = step.definitions[name]
    if "x-input" in definition:
        return definition["x-input"]
    if definition.get("type") == "array":
        return "checkboxes"
    if step.choices(name):
        return "radios"
    return "check" if "const" in definition else "text"


def read(step: Step, data: dict[str, Any], language: str) -> dict[str, Any]:
    """A step's answers in the types of its JSON Schema. A blank takes an answer back, except a secret, which stays."""
    given = texts(data)
    answers: dict[str, Any] = {}
    for name in step.fields:
        match _kind(step, name):
            case "checkboxes":
                answers[name] = list(dict.fromkeys(several(data.get(name, []))))
            case "check":
                answers[name] = True if given.get(name) else None
            case "weight":
                answers[name] = weights.typed(given, name, language) or None
            case "file" | "region":
                continue
            case _:
                text = trimmed(given.get(name, ""))
                if text or not step.secret(name):
                    answers[name] = _number(step, name, text) if text and step.number(name) else text or None
    return answers


def _number(step: Step, name: str, text: str) -> int | float | str:
    """Number as people write it; other text stays text, which the form refuses."""
    definition = step.definitions[name]
    units = numbers.COUNTED[definition["x-unit"]]
    try:
        return numbers.whole(text, units) if definition["type"] == "integer" else float(numbers.read(text, units).value)
    except NumberError:
        return text


def typed(step: Step, data: dict[str, Any], language: str) -> dict[str, Any]:
    """Answers as typed, to be shown again; numbers as they were written."""
    given = texts(data)
    numbers = {name: given[name] for name in step.fields if step.number(name) and name in given}
    return {name: value for name, value in {**read(step, data, language), **numbers}.items() if value is not None}


@page("/weights")
def weight(
    request: Request[Any, Any, Any], language: NamedDependency[str], of: FromQuery[str] = "quantity"
) -> Template:
    """What the weight typed into the field `of` comes to, as a piece of a page; how to write it, if it is none."""
    given = dict(request.query_params)
    said = weights.while_typing(weights.typed(given, of, language)[: numbers.MAX_TEXT], language)
    return render_page(request, "answers_weights.html", said=said)


HANDLERS: list[ControllerRouterHandler] = [weight]
