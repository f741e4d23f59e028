"""Identifiers: UUIDv7 in the database, TypeID (`lst_01h…`) on the wire."""

from typing import Annotated, Any
from uuid import UUID

import uuid_utils
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError
from typeid import TypeID

from agrimarket.kernel.errors import NotFound


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def encode(prefix: str, value: UUID) -> str:
    """`value` as a TypeID, for example `lst_01h455vb4pex5vsknk084sn02q`."""
    typeid: TypeID[str] = TypeID.from_uuid(uuid_utils.UUID(bytes=value.bytes), prefix=prefix)
    return str(typeid)


def decode(prefix: str, text: str) -> UUID:
    """The UUID in a TypeID of that prefix; `ValueError` for anything else."""
    head, separator, suffix = text.partition("_")
    if not separator or head != prefix or len(suffix) != 26 or suffix != suffix.lower():
        raise ValueError(text)
    try:
        return UUID(bytes=TypeID.from_string(text).uuid.bytes)
    except Exception as error:  # the library raises several unrelated classes for a bad suffix
        raise ValueError(text) from error


def wire_id(prefix: str) -> Any:
    """A Pydantic type for ids of that prefix: a UUID in Python, a TypeID in JSON, paths and queries.

    `LotId = wire_id("lot")`; a malformed id is refused with the error type `id_malformed`.
    """

    def parse(value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return decode(prefix, str(value))
        except ValueError as error:
            raise PydanticCustomError("id_malformed", "not a {prefix} id", {"prefix": prefix}) from error

    def render(value: UUID) -> str:
        return encode(prefix, value)

    pattern = f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"
    schema = {"type": "string", "pattern": pattern, "examples": [f"{prefix}_01m8504b7ye8nbqetv75q9crjn"]}
    return Annotated[UUID, BeforeValidator(parse), PlainSerializer(render, return_type=str), WithJsonSchema(schema)]


def parse(prefix: str, text: str) -> UUID:
    """The UUID in an id from a path; whatever is not one cannot exist, so `NotFound`."""
    try:
        return decode(prefix, text)
    except ValueError as error:
        raise NotFound from error
