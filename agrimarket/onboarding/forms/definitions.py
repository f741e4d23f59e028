"""Forms as data (`forms.json`): which steps and fields each kind of applicant has, by version.

An application keeps the version that it began with. Answers are checked with the same JSON Schema that is served (see
`validation`).
"""

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from agrimarket.kernel.i18n import LANGUAGES, catalogue, t
from agrimarket.onboarding.errors import FormUnknown, StepUnknown

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class Step:
    """A group of questions. `when` names what an answer makes required: {field: {value: [fields]}}."""

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

    def missing(self, answers: dict[str, Any]) -> list[str]:
        """The fields that must be answered and are not answered yet."""
        return [name for name in self.needed(answers) if answers.get(name) in (None, "", [])]

    def schema(self) -> Schema:
        """JSON Schema of the step, with its required answers."""
        conditions = [
            {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": {"required": needed}}
            for name, values in self.when.items()
            for value, needed in values.items()
        ]
        return {**self.draft_schema(), "required": list(self.required), **({"allOf": conditions} if conditions else {})}

    def draft_schema(self) -> Schema:
        """JSON Schema of the step in a draft: answers must be valid, and none is required."""
        properties = {name: self.definitions[name] for name in self.fields}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    def number(self, name: str) -> bool:
        """Whether the field takes a number."""
        return self.definitions[name].get("type") in ("number", "integer")

    def document(self, name: str) -> bool:
        """Whether the field takes an uploaded document; its answer is the document's id."""
        return self.definitions[name].get("format") == "document"

    def choices(self, name: str) -> list[str]:
        """Choices for the field's answer, or for each of its answers; empty for a field that is typed."""
        definition = self.definitions[name]
        return definition.get("enum") or definition.get("items", {}).get("enum") or []

    def confirms(self, name: str) -> str | None:
        """Field whose unusual answer the field confirms; it is asked for only after that, and is no answer itself."""
        return self.definitions[name].get("x-confirms")

    def secret(self, name: str) -> str | None:
        """Mask of the field's answer (`name` or `number`); None if it is not secret."""
        return self.definitions[name].get("x-secret")


@dataclass(frozen=True, slots=True)
class Form:
    """A form for one kind of applicant, in one version."""

    kind: str
    version: int
    steps: tuple[Step, ...]

    def step(self, name: str) -> Step:
        """The step with that name; `StepUnknown` otherwise."""
        for step in self.steps:
            if step.name == name:
                return step
        raise StepUnknown

    def schema(self, language: str) -> Schema:
        """JSON Schema of the whole application, `{step: {field: answer}}`, with its texts in three languages.

        `title` and `description` are in `language`; `x-labels`, `x-help` and `x-choices` have all three;
        `x-order` is the order of the questions.
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
    worded = {name: _worded_field(step, name, language) for name in step.fields}
    return {**schema, **_words(f"form.step.{step.name}", language), "x-order": list(step.fields), "properties": worded}


def _worded_field(step: Step, name: str, language: str) -> Schema:
    worded = {**step.definitions[name], **_words(f"form.field.{name}", language)}
    if f"form.help.{name}" in catalogue(language):
        worded["description"] = t(f"form.help.{name}", language)
        worded["x-help"] = {each: t(f"form.help.{name}", each) for each in LANGUAGES}
    if choices := step.choices(name):
        worded["x-choices"] = [
            {"value": choice, "labels": {each: t(f"form.choice.{name}.{choice}", each) for each in LANGUAGES}}
            for choice in choices
        ]
    return worded


@cache
def registry() -> dict[str, dict[int, Form]]:
    """Every form by kind and version."""
    source = json.loads(files("agrimarket.onboarding").joinpath("forms", "forms.json").read_text("utf-8"))
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
    """Form for that kind of applicant, by default the newest version; `FormUnknown` if there is none."""
    versions = registry().get(kind, {})
    wanted = max(versions, default=0) if version is None else version
    if wanted not in versions:
        raise FormUnknown
    return versions[wanted]
