"""The API reference at `/schema`: one page of plain HTML made from the OpenAPI document, whole without scripts."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from agrimarket.http.language import language_of
from agrimarket.http.pages import environment

Json = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
MAX_DEPTH = 6
"""Levels of an example; schemas that contain themselves end there."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of an object. `refs` are the schemas that its type names."""

    name: str
    type: str
    refs: tuple[str, ...]
    required: bool
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A possible answer of an operation."""

    status: str
    text: str
    refs: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method on a path."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    signed_in: bool
    parameters: list[Field]
    body: list[Field]
    body_refs: tuple[str, ...]
    body_example: str
    answers: list[Answer]
    failures: list[Answer]


class Reference:
    """An OpenAPI 3.1 document, prepared for people to read."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.schemas: dict[str, Json] = document.get("components", {}).get("schemas", {})

    def groups(self) -> dict[str, list[Operation]]:
        """Operations by tag, both in alphabetical order; within a tag by path."""
        found: dict[str, list[Operation]] = {}
        for path, item in sorted(self.document.get("paths", {}).items()):
            for method in METHODS:
                if operation := item.get(method):
                    tag = (operation.get("tags") or ["other"])[0]
                    found.setdefault(tag, []).append(self._operation(method, path, operation))
        return dict(sorted(found.items()))

    def models(self) -> list[tuple[str, str, list[Field]]]:
        """Every schema: name, description, members (or values)."""
        return [
            (name, schema.get("description", "") or self.type_of(schema), self._members(schema))
            for name, schema in sorted(self.schemas.items())
        ]

    def _operation(self, method: str, path: str, operation: Json) -> Operation:
        body = _json_schema(operation.get("requestBody", {}))
        answers = [self._answer(status, response) for status, response in sorted(operation["responses"].items())]
        return Operation(
            id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            text=operation.get("description", ""),
            signed_in=operation.get("security") != [] and any(a.status == "401" for a in answers),
            parameters=[self._parameter(parameter) for parameter in operation.get("parameters", [])],
            body=self._members(self._resolve(body)) if body else [],
            body_refs=tuple(self._refs(body)) if body else (),
            body_example=self._shown(body),
            answers=[answer for answer in answers if answer.status < "400"],
            failures=[answer for answer in answers if answer.status >= "400"],
        )

    def _parameter(self, parameter: Json) -> Field:
        schema = parameter.get("schema", {})
        text = parameter.get("description") or schema.get("description", "")
        refs = tuple(self._refs(schema))
        return Field(
            parameter["name"], self.type_of(schema), refs, parameter.get("required", False), parameter["in"], text
        )

    def _answer(self, status: str, response: Json) -> Answer:
        schema = _json_schema(response)
        refs = tuple(self._refs(schema)) if schema else ()
        return Answer(status, response.get("description", ""), refs, self._shown(schema) if status < "400" else "")

    def _members(self, schema: Json) -> list[Field]:
        required = set(schema.get("required", []))
        return [
            Field(name, self.type_of(member), tuple(self._refs(member)), name in required, "", _about(member))
            for name, member in schema.get("properties", {}).items()
        ]

    def type_of(self, schema: Json) -> str:
        """A schema in a few words: `integer ≥ 1`, `array of ListingOut`, `one of: pack, weight`."""
        if "$ref" in schema:
            return _name(schema["$ref"])
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

    def _refs(self, schema: Json) -> Iterable[str]:
        if "$ref" in schema:
            yield _name(schema["$ref"])
        for key in ("oneOf", "anyOf", "allOf"):
            for part in schema.get(key, []):
                yield from self._refs(part)
        if isinstance(items := schema.get("items"), dict):
            yield from self._refs(items)  # pyright: ignore[reportUnknownArgumentType]

    def _resolve(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self.schemas[_name(schema["$ref"])]
        return schema

    def _shown(self, schema: Json) -> str:
        return json.dumps(self.example(schema), ensure_ascii=False, indent=2) if schema else ""

    def example(self, schema: Json, depth: int = 0) -> Any:
        """A value of that schema, from its examples if it has any."""
        schema = self._resolve(schema)
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


def _name(ref: str) -> str:
    return ref.rsplit("/", 1)[-1]


def _json_schema(content: Json) -> Json:
    media: Json = content.get("content", {})
    for kind in media.values():
        return kind.get("schema", {})
    return {}


class ReferencePlugin(OpenAPIRenderPlugin):
    """Serves the reference, which is rendered once per language."""

    def __init__(self) -> None:
        super().__init__(path="/")
        self._pages: dict[str, bytes] = {}

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        """The page in the caller's language; the descriptions of operations are in English."""
        language = language_of(request)
        if language not in self._pages:
            reference = Reference(openapi_schema)
            page = (
                environment()
                .get_template("reference.html")
                .render(
                    language=language,
                    path="/schema",
                    info=openapi_schema["info"],
                    groups=reference.groups(),
                    models=reference.models(),
                )
            )
            self._pages[language] = page.encode()
        return self._pages[language]
