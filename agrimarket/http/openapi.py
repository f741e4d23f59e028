"""The OpenAPI document: what Litestar knows of the routes, what operations declare, and Pydantic's schemas.

Litestar's own schemas of models lose the bounds of whatever may be null, so that models are only named while the
document is made, and are described by Pydantic, which also checks them.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, cast

from litestar import Response
from litestar.datastructures import UploadFile
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import OpenAPI, OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from agrimarket.http import examples, operations
from agrimarket.http.etag import content_tag
from agrimarket.http.operations import UNSAID
from agrimarket.http.problems import Problem
from agrimarket.kernel.ids import WireId
from agrimarket.kernel.wire import LARGEST_INT32

Json = dict[str, Any]

REF = "#/components/schemas/"
_UNFIT = re.compile(r"[^a-zA-Z0-9._-]+")
DOCUMENT_SECONDS: Final = 300
"""How long a copy of the document is good without asking."""


class WireIds(OpenAPISchemaPlugin):
    """Ids in addresses are TypeIDs on the wire, although they are UUIDs in Python."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether the field is annotated with `wire_id`."""
        return any(isinstance(mark, WireId) for mark in field_definition.metadata)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:  # noqa: ARG002
        """The schema of ids of that prefix."""
        mark = next(mark for mark in field_definition.metadata if isinstance(mark, WireId))
        longest = len(mark.example)
        return Schema(type=OpenAPIType.STRING, pattern=mark.pattern, max_length=longest, examples=[mark.example])


class Models(OpenAPISchemaPlugin):
    """Pydantic models are only named; `found` holds them for `ApiDocument`, by the name that Litestar gives them."""

    def __init__(self) -> None:
        self.found: dict[str, type[BaseModel]] = {Problem.__name__: Problem}

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Whether it is a model."""
        return isinstance(value, type) and issubclass(value, BaseModel)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Any:
        """A reference to the model. `TypeError` for a second model of the same name."""
        model = cast("type[BaseModel]", field_definition.annotation)
        name = _UNFIT.sub("_", model.__qualname__)
        if self.found.setdefault(name, model) is not model:
            raise TypeError(f"two models of the API are called {name}")
        schema_creator.schema_registry.get_schema_for_field_definition(field_definition)
        return schema_creator.schema_registry.get_reference_for_field_definition(field_definition)


class ApiSchemas(GenerateJsonSchema):
    """Pydantic's JSON Schemas, with what they leave out: formats and lengths that follow from the type."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """A field's name says it already."""
        return False

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        """A text; any but NUL where the type says nothing of its characters."""
        found = super().str_schema(schema)
        if not {"format", "pattern"} & found.keys():
            found["pattern"] = UNSAID
        return found

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """A whole number, with the format that holds it."""
        found = super().int_schema(schema)
        ends = [found.get(key, 0) for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")]
        small = all(-LARGEST_INT32 - 1 <= end <= LARGEST_INT32 + 1 for end in ends)
        return {**found, "format": "int32" if small else "int64"}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """An object with names of the caller's choice."""
        found = super().dict_schema(schema)
        if patterned := found.pop("patternProperties", None):
            found["additionalProperties"] = next(iter(patterned.values()))
        return found

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:
        """A day."""
        return {**super().date_schema(schema), "maxLength": 10}

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """A file of a form."""
        if schema["cls"] is UploadFile:
            return {"type": "string", "format": "binary"}
        return super().is_instance_schema(schema)


class ApiDocument(OpenAPI):
    """The document as it is served: `to_schema` puts in what Litestar does not know."""

    models: Models

    def to_schema(self) -> Json:
        """The whole document as JSON."""
        document = super().to_schema()
        schemas, names = _described(self.models.found)
        enums = {name: own for name, own in document["components"]["schemas"].items() if "enum" in own}
        document["components"] |= {**operations.components(), "schemas": dict(sorted({**enums, **schemas}.items()))}
        _rename(document["paths"], {f"{REF}{old}": new for old, new in names.items()})
        for server in document["servers"]:
            server["x-internal"] = False
        examples.add(document)
        return document


def _described(models: Mapping[str, type[BaseModel]]) -> tuple[Json, dict[str, str]]:
    """Pydantic's schemas of the models and of all that they hold, and the reference for each name of Litestar's."""
    wanted: dict[str, tuple[Any, JsonSchemaMode]] = {name: (model, _mode(model)) for name, model in models.items()}
    found, definitions = models_json_schema(
        list(wanted.values()), ref_template=f"{REF}{{model}}", schema_generator=ApiSchemas
    )
    return definitions["$defs"], {name: found[key]["$ref"] for name, key in wanted.items()}


def _mode(model: type[BaseModel]) -> JsonSchemaMode:
    """Whether the model says what goes out, or what may come in."""
    return model.model_config.get("json_schema_mode_override") or "validation"


def _rename(part: Any, names: Mapping[str, str]) -> None:
    match part:
        case dict():
            place = cast("Json", part)
            if "$ref" in place:
                place["$ref"] = names.get(place["$ref"], place["$ref"])
            for inner in place.values():
                _rename(inner, names)
        case list():
            for inner in cast("list[Any]", part):
                _rename(inner, names)
        case _:
            pass


class ApiConfig(OpenAPIConfig):
    """Litestar's configuration, for an `ApiDocument`. `models` is a plugin that the application must have."""

    models: Models

    def to_openapi_schema(self) -> OpenAPI:
        """The document without its paths, which Litestar adds."""
        bare = super().to_openapi_schema()
        document = ApiDocument(**{field.name: getattr(bare, field.name) for field in fields(bare)})
        document.models = self.models
        return document


def tagged(response: Response[Any]) -> Response[Any]:
    """The document or its page with an entity tag, so that a copy can be asked after."""
    if isinstance(response.content, bytes):
        response.headers.setdefault("ETag", content_tag(response.content))
        page = "html" in str(response.media_type)  # whose language is a cookie's
        response.headers.setdefault("Cache-Control", "no-cache" if page else f"public, max-age={DOCUMENT_SECONDS}")
    return response
