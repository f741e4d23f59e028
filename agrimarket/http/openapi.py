"""OpenAPI schemas of types that Litestar does not know by itself."""

from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from agrimarket.kernel.ids import WireId


class WireIds(OpenAPISchemaPlugin):
    """Schemas of ids, which are TypeIDs on the wire although they are UUIDs in Python."""

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Whether the field is annotated with `wire_id`."""
        return any(isinstance(mark, WireId) for mark in field_definition.metadata)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: object) -> Schema:  # noqa: ARG002
        """The schema of ids of that prefix."""
        mark = next(mark for mark in field_definition.metadata if isinstance(mark, WireId))
        return Schema(type=OpenAPIType.STRING, pattern=mark.pattern, examples=[mark.example])
