"""Validation of answers against their form, and the spelling in which valid ones are stored."""

from functools import cache
from typing import Any, cast

import jsonschema_rs

from agrimarket.kernel import numbers
from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.numbers import NumberError, NumberUnreadable
from agrimarket.kernel.quantity import QuantityOutOfRange, parse_weight
from agrimarket.kernel.wire import field_code
from agrimarket.onboarding.forms import definitions
from agrimarket.onboarding.forms.definitions import Form, Step
from agrimarket.onboarding.forms.formats import CHECKS, clean, refusal

Finding = tuple[str, str, dict[str, Any]]
"""JSON Pointer of a field, code of the sentence about it, parameters of the sentence."""
_TYPE_CODES = {
    "string": "string_type",
    "integer": "int_type",
    "number": "number_type",
    "array": "list_type",
    "object": "model_type",
}
_CODES = {
    "minLength": ("string_too_short", "min_length"),
    "maxLength": ("string_too_long", "max_length"),
    "maxItems": ("too_long", "max_length"),
    "minimum": ("greater_than_equal", "ge"),
    "exclusiveMinimum": ("greater_than", "gt"),
    "maximum": ("less_than_equal", "le"),
    "pattern": ("string_pattern_mismatch", ""),
    "enum": ("choice_unknown", ""),
    "const": ("must_agree", ""),
}


@cache
def _validator(kind: str, version: int, step: str) -> jsonschema_rs.Draft202012Validator:
    schema = definitions.form(kind, version).step(step).draft_schema()
    return jsonschema_rs.Draft202012Validator(schema, formats=CHECKS, validate_formats=True)


def check(form: Form, step: Step, answers: dict[str, Any]) -> dict[str, Any]:
    """`answers` as they are stored; `InvalidFields` names every invalid one.

    Nothing is required here; `Step.missing` lists unanswered fields.
    """
    given = {name: clean(step.definitions.get(name, {}).get("format", ""), value) for name, value in answers.items()}
    found: dict[str, Finding] = {}
    for error in _validator(form.kind, form.version, step.name).iter_errors(given):
        finding = _number(step, error) or _finding(error)
        found.setdefault(finding[0], finding)
    if found:
        raise InvalidFields([found[pointer] for pointer in sorted(found)])
    return given


def _number(step: Step, error: jsonschema_rs.ValidationError) -> Finding | None:
    """What the readers of numbers and weights say of an answer that they cannot read; None for any other error."""
    field, kind, text = str(next(iter(error.instance_path), "")), cast("Any", error.kind), error.instance
    try:
        if kind.name == "format" and kind.format == "weight":
            parse_weight(str(text))
        elif kind.name == "type" and isinstance(text, str) and step.number(field):
            definition = step.definitions[field]
            read = numbers.whole if definition["type"] == "integer" else numbers.read
            read(text, numbers.COUNTED[definition["x-unit"]])
    except NumberUnreadable:
        return None
    except QuantityOutOfRange as refusal:
        return f"/{field}", "quantity_unreadable", refusal.values
    except NumberError as refusal:
        return f"/{field}", field_code(refusal), refusal.values
    return None


def _finding(error: jsonschema_rs.ValidationError) -> Finding:
    """Error of jsonschema_rs, as a finding of ours."""
    pointer = "".join(f"/{part}" for part in error.instance_path)
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties":
            return f"{pointer}/{kind.unexpected[0]}", "extra_forbidden", {}
        case "format":
            return pointer, refusal(str(kind.format), str(error.instance)) or "other", {}
        case "type":
            return pointer, _TYPE_CODES.get(str(kind.types[0]), "other"), {}
        case _:
            code, parameter = _CODES.get(kind.name, ("other", ""))
            return pointer, code, {parameter: kind.limit} if parameter else {}
