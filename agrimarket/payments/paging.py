"""Pages of lists that are ordered by id: a cursor is the id of the last row that was shown."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from agrimarket.kernel import ids
from agrimarket.kernel.wire import CursorMalformed, decode_cursor, encode_cursor


class _Row(Protocol):
    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=_Row)


def position(cursor: str | None, prefix: str) -> UUID | None:
    """The id in a cursor, None at the beginning; `CursorMalformed` for what `page_of` did not make."""
    if cursor is None:
        return None
    try:
        return ids.decode(prefix, decode_cursor(cursor, 1)[0])
    except ValueError as error:
        raise CursorMalformed(pointer="/cursor") from error


def page_of(found: Sequence[Row], limit: int, prefix: str) -> tuple[Sequence[Row], str | None]:
    """The page, and its next cursor if one more than `limit` was found."""
    following = encode_cursor(ids.encode(prefix, found[limit - 1].id)) if len(found) > limit else None
    return found[:limit], following
