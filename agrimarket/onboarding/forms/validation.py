"""Validation of answers against their form, and the spelling in which valid ones are stored."""

from functools import cache
from typing import Any

import jsonschema_rs

from agrimarket.kernel.errors import InvalidFields
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
        finding = _finding(error)
        found.setdefault(finding[0], finding)
    if found:
        raise InvalidFields([found[pointer] for pointer in sorted(found)])
    return given


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
