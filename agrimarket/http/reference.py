"""The API reference at `/schema`: one page of plain HTML made from the OpenAPI document, whole without scripts.

Why it is our own: decision 12.
"""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin
from markupsafe import Markup

from agrimarket.http.language import language_of
from agrimarket.http.markdown import block, inline
from agrimarket.http.pages import environment
from agrimarket.http.schema_words import Field, Json, Schemas, name_of

METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Answer:
    """What may come back. `shared` is its name where several operations have it."""

    status: str
    text: Markup
    media: tuple[str, ...]
    refs: tuple[str, ...]
    headers: tuple[str, ...]
    example: str
    shared: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `access` are ways to say who one is; none of them is needed if `open`."""

    id: str
    method: str
    path: str
    summary: str
    text: Markup
    access: tuple[str, ...]
    open: bool
    parameters: list[Field]
    body: list[Field]
    body_refs: tuple[str, ...]
    body_media: tuple[str, ...]
    body_example: str
    curl: str
    answers: list[Answer]
    failures: list[Answer]


@dataclass(frozen=True, slots=True)
class Tag:
    """Operations that belong together, in the order of their paths."""

    name: str
    text: Markup
    operations: list[Operation]


class Reference:
    """An OpenAPI 3.1 document, prepared for people to read."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.components: Mapping[str, Json] = document.get("components", {})
        self.schemas = Schemas(self.components.get("schemas", {}))

    def tags(self) -> list[Tag]:
        """Operations by their first tag: in the order in which the document declares tags, then by name."""
        found: dict[str, list[Operation]] = {}
        for path, item in sorted(self.document.get("paths", {}).items()):
            for method in METHODS:
                if operation := item.get(method):
                    tag = (operation.get("tags") or ["other"])[0]
                    found.setdefault(tag, []).append(self._operation(method, path, item, operation))
        declared: list[Json] = self.document.get("tags") or []
        told: dict[str, str] = {tag["name"]: tag.get("description", "") for tag in declared}
        order = [*(name for name in told if name in found), *sorted(found.keys() - told.keys())]
        return [Tag(name, inline(told.get(name, "")), found[name]) for name in order]

    def access(self) -> list[tuple[str, str, Markup]]:
        """Each way to say who one is: its name, the header that does it, and a sentence about it."""
        schemes = self.components.get("securitySchemes", {})
        return [(name, _header(scheme), inline(scheme.get("description", ""))) for name, scheme in schemes.items()]

    def headers(self) -> list[Field]:
        """Every header of answers that has a name in the document."""
        return [self._header(name, header) for name, header in sorted(self.components.get("headers", {}).items())]

    def refusals(self) -> list[Answer]:
        """Answers that many operations share, by status."""
        shared = self.components.get("responses", {})
        statuses = {
            name_of(response["$ref"]): status
            for item in self.document.get("paths", {}).values()
            for method in METHODS
            for status, response in item.get(method, {}).get("responses", {}).items()
            if "$ref" in response
        }
        found = [self._answer(statuses[name], {"$ref": f"/{name}"}) for name in shared if name in statuses]
        return sorted(found, key=lambda answer: answer.status)

    def models(self) -> list[tuple[str, Markup, list[Field]]]:
        """Every schema: name, what it is, its members (or its values)."""
        return [
            (
                name,
                inline(schema.get("description", "") or self.schemas.type_of(schema)),
                self.schemas.members(schema),
            )
            for name, schema in sorted(self.schemas.schemas.items())
        ]

    def _operation(self, method: str, path: str, item: Json, operation: Json) -> Operation:
        media: Json = self._resolve("requestBodies", operation.get("requestBody", {})).get("content", {})
        kind, content = _first(media)
        body: Json = content.get("schema", {})
        given: list[Json] = [*item.get("parameters", []), *operation.get("parameters", [])]
        parameters = [self._resolve("parameters", parameter) for parameter in given]
        answers = [self._answer(status, response) for status, response in sorted(operation["responses"].items())]
        access = self._access(operation, answers)
        example = self._example(content) if "json" in kind else ""
        return Operation(
            id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            text=block(operation.get("description", "")),
            access=tuple(dict.fromkeys(name for names in access for name in names)),
            open=access == [] or () in access,
            parameters=[self._parameter(parameter) for parameter in parameters],
            body=self.schemas.members(self.schemas.resolve(body)) if body else [],
            body_refs=tuple(self.schemas.refs(body)),
            body_media=tuple(media),
            body_example=example,
            curl=self._curl(method, path, parameters, kind, () in access or not access),
            answers=[answer for answer in answers if answer.status < "400"],
            failures=[answer for answer in answers if answer.status >= "400"],
        )

    def _access(self, operation: Json, answers: list[Answer]) -> list[tuple[str, ...]]:
        """What may be sent, one of them; where the document is silent, a token if a 401 is declared."""
        declared = operation.get("security", self.document.get("security"))
        if declared is None:
            return [("bearer",)] if any(answer.status == "401" for answer in answers) else []
        return [tuple(each) for each in declared]

    def _parameter(self, parameter: Json) -> Field:
        schema: Json = parameter.get("schema", {})
        text = parameter.get("description") or schema.get("description", "")
        return Field(
            parameter["name"],
            self.schemas.type_of(schema),
            tuple(self.schemas.refs(schema)),
            parameter.get("required", False),
            parameter["in"],
            inline(text),
        )

    def _header(self, name: str, header: Json) -> Field:
        schema: Json = header.get("schema", {})
        return Field(name, self.schemas.type_of(schema), (), False, "", inline(header.get("description", "")))

    def _answer(self, status: str, response: Json) -> Answer:
        shared = name_of(response["$ref"]) if "$ref" in response else ""
        response = self._resolve("responses", response)
        media: Json = response.get("content", {})
        kind, content = _first(media)
        shown = self._example(content) if status < "400" and "json" in kind else ""
        refs = tuple(self.schemas.refs(content.get("schema", {})))
        headers = tuple(response.get("headers", {}))
        return Answer(status, inline(response.get("description", "")), tuple(media), refs, headers, shown, shared)

    def _resolve(self, kind: str, part: Json) -> Json:
        while "$ref" in part:
            part = self.components[kind][name_of(part["$ref"])]
        return part

    def _example(self, content: Json) -> str:
        """The example that the document gives, else one made from the schema."""
        if "example" in content:
            value = content["example"]
        elif examples := content.get("examples"):
            value = self._resolve("examples", next(iter(examples.values()))).get("value")
        elif schema := content.get("schema", {}):
            value = self.schemas.example(schema)
        else:
            return ""
        return json.dumps(value, ensure_ascii=False, indent=2)

    def _curl(self, method: str, path: str, parameters: list[Json], body: str, open_: bool) -> str:
        """The call as a shell's line, with all that is needed; a JSON body is in the file `body.json`."""

        def values(where: str) -> dict[str, str]:
            wanted = (each for each in parameters if each["in"] == where and (each.get("required") or where == "path"))
            return {each["name"]: str(self._value(each)) for each in wanted}

        query = values("query")
        address = path.format_map({**values("path")}) + (f"?{urlencode(query)}" if query else "")
        words = [_VERBS.get(method, f"-X {method.upper()}"), f'"$BASE{address}"']
        if not open_:
            words.append('-H "Authorization: Bearer $TOKEN"')
        words += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in values("header").items()]
        words += list(_sent(method, body))
        return " \\\n  ".join(["curl " + " ".join(filter(None, words[:2])), *words[2:]])

    def _value(self, parameter: Json) -> Any:
        return parameter["example"] if "example" in parameter else self.schemas.example(parameter.get("schema", {}))


def _first(media: Mapping[str, Json]) -> tuple[str, Json]:
    """The first media type of a content, and what it holds."""
    return next(iter(media.items()), ("", dict[str, Any]()))


_VERBS = {"get": "", "post": "", "head": "-I"}
"""How curl is told the method; POST goes without saying where there is a body."""


def _sent(method: str, body: str) -> Iterator[str]:
    if "json" in body:
        yield "--json @body.json"
    elif body == _MULTIPART:
        yield "-F file=@file"
    elif body:
        yield f"-H {shlex.quote(f'Content-Type: {body}')} --data-binary @file"
    elif method == "post":
        yield "-X POST"


def _header(scheme: Json) -> str:
    if scheme.get("type") == "http":
        return f"Authorization: {scheme.get('scheme', '').capitalize()} …"
    return f"{scheme.get('name', '')}: …"


def _rendered(language: str, document: Json) -> Iterable[str]:
    reference = Reference(document)
    return (
        environment()
        .get_template("reference.html")
        .generate(
            language=language,
            path="/schema",
            info=document["info"],
            about=block(document["info"].get("description", "")),
            tags=reference.tags(),
            access=reference.access(),
            headers=reference.headers(),
            refusals=reference.refusals(),
            models=reference.models(),
        )
    )


class ReferencePlugin(OpenAPIRenderPlugin):
    """Serves the reference, which is rendered once per language."""

    def __init__(self) -> None:
        super().__init__(path="/")
        self._pages: dict[str, bytes] = {}

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        """The page in the caller's language; the descriptions of operations are in English."""
        language = language_of(request)
        if language not in self._pages:
            self._pages[language] = "".join(_rendered(language, openapi_schema)).encode()
        return self._pages[language]
