"""Numbers and days at the ends of their ranges, in every field of every JSON body that takes one."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient

from agrimarket.kernel.ids import encode, new_id
from tests.api.conftest import World
from tests.api.test_openapi import DOCUMENT, OPERATIONS, PREFIXES, WORDS, schema

NUMBERS = (2**31, 2**63, 2**200, -(2**63))
DAYS = ("9999-12-31", "0001-01-01")
MOMENTS = ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z")
Where = tuple[str | int, ...]


def _fields(schema: dict[str, Any], at: Where = ()) -> Iterator[tuple[Where, tuple[Any, ...]]]:
    """Places of numbers and days in a body, and the values to put there."""
    schema = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
    for key in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(key, ()):
            yield from _fields(part, at)
    for name, member in schema.get("properties", {}).items():
        yield from _fields(member, (*at, name))
    if schema.get("type") == "array":
        yield from _fields(schema.get("items", {}), (*at, 0))
    if schema.get("type") == "integer":
        yield at, NUMBERS
    if schema.get("format") in ("date", "date-time"):
        yield at, DAYS if schema["format"] == "date" else MOMENTS


def _with(body: Any, at: Where, value: Any) -> Any:
    """Body with `value` at that place; None if the example leaves out the object around it."""
    whole = inner = copy.deepcopy(body)
    for key in at[:-1]:
        inner = inner.get(key) if isinstance(inner, dict) else next(iter(inner), None)
        if not isinstance(inner, dict | list):
            return None
    if isinstance(inner, dict) or inner:
        inner[at[-1]] = value
    return whole


def _operations() -> Iterator[tuple[str, str, list[tuple[Where, tuple[Any, ...]]]]]:
    for method, path in OPERATIONS:
        content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
        found = list(_fields(content.get("application/json", {}).get("schema", {})))
        if found:
            yield method, path, found


BODIES = list(_operations())


def _example(method: str, path: str) -> Any:
    """Example of a body in the OpenAPI, or None."""
    content = DOCUMENT["paths"][path][method].get("requestBody", {}).get("content", {})
    return schema[path][method].as_strategy().example().body if "application/json" in content else None


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path", "fields"), BODIES, ids=[f"{method} {path}" for method, path, _ in BODIES])
def test_the_ends_of_a_range_are_taken_or_refused(
    method: str, path: str, fields: list[tuple[Where, tuple[Any, ...]]], world: World
) -> None:
    body = _example(method, path)

    def known(match: re.Match[str]) -> str:
        prefix = PREFIXES.get(match[1])
        return WORDS[match[1]] if prefix is None else next(iter(world.ids(prefix, 1)), encode(prefix, new_id()))

    address = re.sub(r"{(\w+)}", known, path)
    with TestClient(world.app, raise_server_exceptions=False) as client:
        for at, values in fields:
            for changed in filter(None, (_with(body, at, value) for value in values)):
                for who, headers in world.people.items():
                    answer = client.request(method, address, json=changed, headers={**headers, "If-Match": '"1"'})
                    assert answer.status_code < 500, (who, at, changed)
