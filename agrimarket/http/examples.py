"""Examples of bodies and answers in the OpenAPI document, made from the examples and bounds of their schemas."""

from typing import Any, Final

Json = dict[str, Any]
MAX_DEPTH: Final = 8
"""Levels of an example; schemas that hold themselves end there."""
_BY_FORMAT: Final = {"date-time": "2020-02-17T08:30:00Z", "date": "2020-02-17", "uri": "https://example.org/"}
_MEANINGS: Final = ("oneOf", "anyOf", "allOf")


def add(document: Json) -> None:
    """Give an example to every JSON body, to every answer that is JSON, and to every parameter without one."""
    schemas: Json = document["components"]["schemas"]
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if "$ref" not in parameter:
                    parameter["schema"].setdefault("examples", [example(parameter["schema"], schemas)])
            answers = [answer for answer in operation["responses"].values() if "$ref" not in answer]
            for part in (operation.get("requestBody", {}), *answers):
                for kind, media in part.get("content", {}).items():
                    if kind == "application/json" and media["schema"]:
                        media["example"] = example(media["schema"], schemas)


def example(schema: Json, schemas: Json, depth: int = 0) -> Any:
    """A value that the schema allows: its own example, else the smallest that says something."""
    if examples := schema.get("examples"):
        return examples[0]
    for key in ("const", "default"):
        if schema.get(key) is not None:
            return schema[key]
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    if "enum" in schema:
        return schema["enum"][0]
    for key in _MEANINGS:
        if key in schema:
            return example(next(one for one in schema[key] if one.get("type") != "null"), schemas, depth)
    return _by_type(schema, schemas, depth)


def _by_type(schema: Json, schemas: Json, depth: int) -> Any:
    match schema.get("type"):
        case "object" | None:
            members: Json = schema.get("properties", {}) if depth < MAX_DEPTH else {}
            return {name: example(member, schemas, depth + 1) for name, member in members.items()}
        case "array":
            return [example(schema["items"], schemas, depth + 1)] if depth < MAX_DEPTH else []
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return _BY_FORMAT.get(schema.get("format", ""), "text")
