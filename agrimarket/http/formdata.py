"""Data of forms: fields by name, each a text or a file, or several."""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import parse_qsl

from litestar.datastructures import UploadFile
from litestar.params import URLEncodedBody

from agrimarket.typed.text import trimmed

Fields = URLEncodedBody[dict[str, Any]]
"""The body of a handler of forms; `texts` reads it."""
MAX_FIELDS = 500


def read_form(body: bytes) -> dict[str, str | list[str] | UploadFile]:
    """The fields of a URL-encoded body. `ValueError` if it is not UTF-8, or has more than `MAX_FIELDS`.

    Litestar's own reader replaces bytes that are not UTF-8, and keeps the last thousand bodies in memory.
    """
    fields: dict[str, list[str]] = {}
    pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}


def several(value: Any) -> list[Any]:
    """All values of a field."""
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def uploads(value: Any) -> list[tuple[str, bytes]]:
    """Name and content of each file that is not empty: a browser sends one, several, or an empty one for none."""
    found = [(each.filename, each.file.read()) for each in several(value) if isinstance(each, UploadFile)]
    return [(name, content) for name, content in found if content]


def last(value: Any) -> Any:
    """Value of a field; the last of several."""
    return several(value)[-1]


def texts(data: Mapping[str, Any]) -> dict[str, str]:
    """Every text of a form; the last one of a repeated field. Lines end in one character, where browsers send two."""
    found = {name: last(value) for name, value in data.items()}
    return {
        name: text.replace("\r\n", "\n").replace("\r", "\n") for name, text in found.items() if isinstance(text, str)
    }


def typed(data: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Text that was typed into the fields `names`, "" where none was."""
    given = texts(data)
    return {name: given.get(name, "") for name in names}


def filled(data: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Text of those fields out of `names` that are not blank."""
    return {name: text for name, text in typed(data, *names).items() if trimmed(text)}


def pairs(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field of a form, a repeated one as often as it came."""
    return ((name, each) for name, value in data.items() for each in several(value))


def filled_in(text: str) -> int:
    """Number that a page filled in, such as a version or a fence; -1, which nothing has, for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
