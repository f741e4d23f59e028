"""JSON Schemas read for people: a type in a few words, the members of an object, a value as an example."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from agrimarket.http.markdown import inline

Json = dict[str, Any]
MAX_DEPTH = 6
"""Levels of an example; schemas that hold themselves end there."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of an object. `refs` are the schemas that its type names."""

    name: str
    type: str
    refs: tuple[str, ...]
    required: bool
    where: str
    text: Markup


class Schemas:
    """The schemas of an OpenAPI document, by name."""

    def __init__(self, schemas: dict[str, Json]) -> None:
        self.schemas = schemas

    def members(self, schema: Json) -> list[Field]:
        """The members of an object, in its order."""
        required = set(schema.get("required", []))
        return [
            Field(name, self.type_of(member), tuple(self.refs(member)), name in required, "", inline(_about(member)))
            for name, member in schema.get("properties", {}).items()
        ]

    def type_of(self, schema: Json) -> str:
        """A schema in a few words: `integer ≥ 1`, `array of ListingOut`, `one of: pack, weight`."""
        if "$ref" in schema:
            return name_of(schema["$ref"])
        if "enum" in schema:
            return "one of: " + ", ".join(str(value) for value in schema["enum"])
        if "const" in schema:
            return f"always {schema['const']}"
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                return " or ".join(dict.fromkeys(self.type_of(part) for part in _but_null(schema[key])))
        kind = schema.get("type", "anything")
        if isinstance(kind, list):
            return " or ".join(str(part) for part in kind)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        if kind == "array":
            return f"array of {self.type_of(schema.get('items', {}))}"
        return " ".join([str(kind), *filter(None, [schema.get("format", "")]), *_limits(schema)])

    def refs(self, schema: Json) -> Iterable[str]:
        """The named schemas that a schema is made of, directly."""
        if "$ref" in schema:
            yield name_of(schema["$ref"])
        for key in ("oneOf", "anyOf", "allOf"):
            for part in schema.get(key, []):
                yield from self.refs(part)
        if isinstance(items := schema.get("items"), dict):
            yield from self.refs(items)  # pyright: ignore[reportUnknownArgumentType]

    def resolve(self, schema: Json) -> Json:
        """The schema that a reference stands for."""
        while "$ref" in schema:
            schema = self.schemas[name_of(schema["$ref"])]
        return schema

    def example(self, schema: Json, depth: int = 0) -> Any:
        """A value of that schema, from its examples where it has any."""
        schema = self.resolve(schema)
        if examples := schema.get("examples"):
            first = examples[0] if isinstance(examples, list) else next(iter(examples.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            return first.get("value", first) if isinstance(first, dict) else first  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        for key in ("example", "const", "default"):
            if schema.get(key) is not None:
                return schema[key]
        if "enum" in schema:
            return schema["enum"][0]
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                return self.example(_but_null(schema[key])[0], depth)
        if depth > MAX_DEPTH:
            return None
        if schema.get("type") == "array":
            return [self.example(schema.get("items", {}), depth + 1)]
        if "properties" in schema:
            return {name: self.example(member, depth + 1) for name, member in schema["properties"].items()}
        return _plain(schema)


_BY_FORMAT = {
    "date-time": "2020-02-17T00:00:00Z",
    "date": "2020-02-17",
    "email": "name@example.org",
    "uri": "https://example.org/",
    "uuid": "01900000-0000-7000-8000-000000000000",
}
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True, "null": None, "object": {}, "string": "text"}


def _plain(schema: Json) -> Any:
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    kind = schema.get("type", "string")
    return _BY_TYPE.get(kind if isinstance(kind, str) else kind[0], "text")


def _but_null(parts: list[Json]) -> list[Json]:
    return [part for part in parts if part.get("type") != "null"] or parts


def _limits(schema: Json) -> list[str]:
    words = {
        "minimum": "≥ {}",
        "exclusiveMinimum": "> {}",
        "maximum": "≤ {}",
        "exclusiveMaximum": "< {}",
        "minLength": "from {} characters",
        "maxLength": "up to {} characters",
        "pattern": "like {}",
    }
    return [
        words[key].format(f"{schema[key]:g}" if isinstance(schema[key], float) else schema[key])
        for key in words
        if schema.get(key) is not None and not (key == "pattern" and schema.get("examples"))
    ]


def _about(schema: Json) -> str:
    default, examples = schema.get("default"), schema.get("examples")
    words = [
        schema.get("description", ""),
        "" if default is None else f"Default: {default}.",
        "" if not isinstance(examples, list) else f"Example: {json.dumps(examples[0], ensure_ascii=False)}",
    ]
    return " ".join(filter(None, words))


def name_of(ref: str) -> str:
    return ref.rsplit("/", 1)[-1]
