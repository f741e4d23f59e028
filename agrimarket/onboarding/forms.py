"""Forms as data (`forms.json`): which steps and fields each kind has, by version.

A draft keeps the version that it began with. The JSON Schema that is served is also what answers are checked with.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs

from agrimarket.kernel.errors import InvalidFields
from agrimarket.kernel.i18n import LANGUAGES, catalogue, t
from agrimarket.onboarding.errors import FormUnknown, StepUnknown
from agrimarket.onboarding.formats import CHECKS, NORMAL

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Finding = tuple[str, str, dict[str, Any]]
_FORMAT_CODES = {
    "date": "date_parsing",
    "weight": "quantity_unreadable",
    "readable": "text_invisible",
    "document": "id_malformed",
}
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


@dataclass(frozen=True, slots=True)
class Step:
    """One group of questions. `when` names what an answer makes required: {field: {value: [fields]}}."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    when: dict[str, dict[str, list[str]]]
    definitions: dict[str, Schema] = field(repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field in the order in which it is asked."""
        return self.required + self.optional

    def needed(self, answers: dict[str, Any]) -> list[str]:
        """The fields that must be answered, given `answers`."""
        more = [names.get(str(answers.get(name)), []) for name, names in self.when.items()]
        return [*self.required, *(name for names in more for name in names)]

    def schema(self) -> Schema:
        """The step's JSON Schema, with what must be answered."""
        conditions = [
            {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": {"required": needed}}
            for name, values in self.when.items()
            for value, needed in values.items()
        ]
        return {**self.draft_schema(), "required": list(self.required), **({"allOf": conditions} if conditions else {})}

    def draft_schema(self) -> Schema:
        """As `schema`, with nothing required: what is there must be right, the rest may follow."""
        properties = {name: self.definitions[name] for name in self.fields}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def number(self, name: str) -> bool:
        """Whether the field takes a number."""
        return self.definitions[name].get("type") in ("number", "integer")

    def secret(self, name: str) -> str | None:
        """How the field is masked (`name` or `number`), or None where it is no secret."""
        return self.definitions[name].get("x-secret")


@dataclass(frozen=True, slots=True)
class Form:
    """A kind's form in one version."""

    kind: str
    version: int
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step of that name; `StepUnknown` otherwise."""
        for step in self.steps:
            if step.name == name:
                return step
        raise StepUnknown

    def schema(self, language: str) -> Schema:
        """One JSON Schema of the whole application, `{step: {field: answer}}`, with its words in three languages.

        `title` and `description` are in `language`; `x-labels`, `x-help` and `x-choices` have all three;
        `x-order` is the order in which to ask.
        """
        return {
            "$schema": DIALECT,
            "$id": f"urn:agrimarket:form:{self.kind}:{self.version}",
            "x-kind": self.kind,
            "x-version": self.version,
            **_words(f"form.kind.{self.kind}", language),
            "type": "object",
            "additionalProperties": False,
            "x-order": [step.name for step in self.steps],
            "required": [step.name for step in self.steps if step.required],
            "properties": {step.name: _worded_step(step, language) for step in self.steps},
        }


def _words(key: str, language: str) -> Schema:
    return {"title": t(key, language), "x-labels": {each: t(key, each) for each in LANGUAGES}}


def _worded_step(step: Step, language: str) -> Schema:
    schema = step.schema()
    worded = {name: _worded_field(name, step.definitions[name], language) for name in step.fields}
    return {**schema, **_words(f"form.step.{step.name}", language), "x-order": list(step.fields), "properties": worded}


def _worded_field(name: str, definition: Schema, language: str) -> Schema:
    worded = {**definition, **_words(f"form.field.{name}", language)}
    if f"form.help.{name}" in catalogue(language):
        worded["description"] = t(f"form.help.{name}", language)
        worded["x-help"] = {each: t(f"form.help.{name}", each) for each in LANGUAGES}
    choices: list[str] = definition.get("enum") or definition.get("items", {}).get("enum") or []
    if choices:
        worded["x-choices"] = [
            {"value": choice, "labels": {each: t(f"form.choice.{name}.{choice}", each) for each in LANGUAGES}}
            for choice in choices
        ]
    return worded


@cache
def registry() -> dict[str, dict[int, Form]]:
    """Every form by kind and version."""
    source = json.loads(files("agrimarket.onboarding").joinpath("forms.json").read_text("utf-8"))
    return {
        kind: {version["version"]: _form(kind, version, source["fields"]) for version in versions}
        for kind, versions in source["forms"].items()
    }


def _form(kind: str, source: dict[str, Any], definitions: dict[str, Schema]) -> Form:
    steps = tuple(
        Step(
            step["name"],
            tuple(step.get("required", ())),
            tuple(step.get("optional", ())),
            step.get("when", {}),
            definitions,
        )
        for step in source["steps"]
    )
    return Form(kind, source["version"], steps)


def form(kind: str, version: int | None = None) -> Form:
    """That kind's form, by default the newest; `FormUnknown` otherwise."""
    versions = registry().get(kind, {})
    wanted = max(versions, default=0) if version is None else version
    if wanted not in versions:
        raise FormUnknown
    return versions[wanted]


@cache
def _validator(kind: str, version: int, step: str) -> jsonschema_rs.Draft202012Validator:
    schema = form(kind, version).step(step).draft_schema()
    return jsonschema_rs.Draft202012Validator(schema, formats=CHECKS, validate_formats=True)


def check(form: Form, step: Step, answers: dict[str, Any]) -> dict[str, Any]:
    """`answers` in the form in which they are stored; `InvalidFields` names every one that is not right yet.

    Nothing is required here; `missing` says what is left.
    """
    found: dict[str, Finding] = {}
    for error in _validator(form.kind, form.version, step.name).iter_errors(answers):
        finding = _finding(error)
        found.setdefault(finding[0], finding)
    if found:
        raise InvalidFields([found[pointer] for pointer in sorted(found)])
    return {name: _normal(step.definitions[name], value) for name, value in answers.items()}


def missing(step: Step, answered: dict[str, Any]) -> list[str]:
    """The fields of the step that still need an answer."""
    return [name for name in step.needed(answered) if answered.get(name) in (None, "", [])]


def _normal(definition: Schema, value: Any) -> Any:
    normal = NORMAL.get(definition.get("format", ""))
    return normal(value) if normal and isinstance(value, str) else value


def _finding(error: jsonschema_rs.ValidationError) -> Finding:
    """A finding of the JSON Schema as (pointer, code of our sentence, parameters)."""
    pointer = "".join(f"/{part}" for part in error.instance_path)
    kind: Any = error.kind
    match kind.name:
        case "additionalProperties":
            return f"{pointer}/{kind.unexpected[0]}", "extra_forbidden", {}
        case "format":
            named = str(kind.format)
            return pointer, _FORMAT_CODES.get(named, named.replace("-", "_")), {}
        case "type":
            return pointer, _TYPE_CODES.get(str(kind.types[0]), "other"), {}
        case _:
            code, parameter = _CODES.get(kind.name, ("other", ""))
            return pointer, code, {parameter: kind.limit} if parameter else {}
