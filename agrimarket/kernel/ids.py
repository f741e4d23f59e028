"""Identifiers: UUIDv7 in the database, TypeID (`lst_01h…`) on the wire."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uuid_utils
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from typeid.codecs import base32

from agrimarket.kernel.errors import NotFound

_SUFFIX = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}\Z")


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def encode(prefix: str, value: UUID) -> str:
    """`value` as a TypeID, for example `lst_01h455vb4pex5vsknk084sn02q`."""
    return f"{prefix}_{base32.encode(value.bytes)}"


def decode(prefix: str, text: str) -> UUID:
    """The UUID in a TypeID of that prefix; `ValueError` for anything else."""
    head, separator, suffix = text.partition("_")
    if not separator or head != prefix or not _SUFFIX.match(suffix):
        raise ValueError(text)
    return UUID(bytes=bytes(base32.decode(suffix)))


@dataclass(frozen=True, slots=True)
class WireId:
    """A Pydantic annotation: a UUID in Python, a TypeID of that prefix in JSON. See `wire_id`."""

    prefix: str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        render = core_schema.plain_serializer_function_ser_schema(self._render, return_schema=core_schema.str_schema())
        return core_schema.no_info_plain_validator_function(self._parse, serialization=render)

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": self.pattern,
            "maxLength": len(self.example),
            "examples": [self.example],
        }

    @property
    def pattern(self) -> str:
        """Regular expression of ids with this prefix."""
        return f"^{self.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"

    @property
    def example(self) -> str:
        """Example of an id with this prefix."""
        return f"{self.prefix}_01m8504b7ye8nbqetv75q9crjn"

    def _render(self, value: UUID) -> str:
        return encode(self.prefix, value)

    def _parse(self, value: object) -> UUID:
        if isinstance(value, UUID):
            return value
        try:
            return decode(self.prefix, str(value))
        except ValueError as error:
            raise PydanticCustomError("id_malformed", "not a {prefix} id", {"prefix": self.prefix}) from error


def wire_id(prefix: str) -> WireId:
    """Annotation of ids with that prefix: `LotId = Annotated[UUID, wire_id("lot")]`.

    Such an id is a UUID in Python and a TypeID in JSON; a malformed one is refused with the error type `id_malformed`.
    """
    return WireId(prefix)


def parse(prefix: str, text: str) -> UUID:
    """The UUID in an id from a path; `NotFound` for anything else, as it names nothing."""
    try:
        return decode(prefix, text)
    except ValueError as error:
        raise NotFound from error


def short_number(value: UUID) -> str:
    """The end of an id as people read it to each other; texts, pages and statements call an order by it."""
    return value.hex[-6:].upper()


_NUMBER = re.compile(r"[^0-9A-Z]*([0-9A-F]{6})\Z")


def read_number(text: str) -> str | None:
    """The short number in what somebody typed, `8c9993` or `#8C9993`; None for anything else."""
    found = _NUMBER.match(unicodedata.normalize("NFKC", text).strip().upper())
    return found[1] if found else None
