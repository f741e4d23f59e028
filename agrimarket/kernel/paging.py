"""Cursor pages, the only way in which lists are cut.

A list asks its query for one row more than it shows, to know whether there is a next page:

    window = NEWEST.window(cursor, limit)
    return window.page(service.lots(session, seller, window), LotOut.of)

Cursors are signed: one that this service did not make is refused before anything in it is looked at.
"""

import base64
import hmac
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from pydantic import Field

from agrimarket.kernel import ids
from agrimarket.kernel.crypto import blind_index
from agrimarket.kernel.errors import Invalid
from agrimarket.kernel.wire import Out

Item = TypeVar("Item")
Row = TypeVar("Row")
Position = TypeVar("Position")


MAX_PAGE = 200
"""Items of a page."""
MAX_CURSOR = 400
"""Characters of a cursor."""
CURSOR = "^[A-Za-z0-9_-]+$"
"""What a cursor looks like."""
_SIGNATURE = 16
"""Bytes of a cursor's signature."""
_CONTEXT = "cursor"


class CursorMalformed(Invalid):
    """The cursor was not made by this list."""

    code: ClassVar[str] = "cursor.malformed"


class Page(Out, Generic[Item]):
    """A page of a list; `next` is the cursor of the following one, or null at the end."""

    items: Annotated[list[Item], Field(max_length=MAX_PAGE)]
    next: Annotated[str | None, Field(max_length=MAX_CURSOR, pattern=CURSOR)] = None


@dataclass(frozen=True, slots=True)
class Paging(Generic[Row, Position]):
    """Order of a list: `write` gives the sort keys of a row as texts, `read` their values.

    `name` distinguishes its cursors from those of other lists.
    """

    name: str
    write: Callable[[Row], Sequence[str]]
    read: Callable[[Sequence[str]], Position]

    def window(self, cursor: str | None, limit: int) -> "Window[Row, Position]":
        """The part of the list after `cursor`; `CursorMalformed` for one that this list did not make."""
        return Window(self, None if cursor is None else self._position(cursor), limit)

    def cursor(self, row: Row) -> str:
        """Cursor of the rows after `row`."""
        text = json.dumps([self.name, *self.write(row)], separators=(",", ":"))
        return base64.urlsafe_b64encode(_signature(text) + text.encode()).decode().rstrip("=")

    def _position(self, cursor: str) -> Position:
        try:
            return self.read(_opened(cursor, self.name))
        except (ValueError, TypeError, OverflowError) as error:  # of another list, or of another version of this one
            raise CursorMalformed(pointer="/cursor") from error


def _signature(text: str) -> bytes:
    return blind_index(text, context=_CONTEXT)[:_SIGNATURE]


def _opened(cursor: str, name: str) -> list[str]:
    """The sort keys in a cursor that we signed for the list `name`; `ValueError` for any other text."""
    if len(cursor) > MAX_CURSOR or not re.fullmatch(CURSOR, cursor):
        raise ValueError("no cursor")
    content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    text = content[_SIGNATURE:].decode()
    if not hmac.compare_digest(content[:_SIGNATURE], _signature(text)):
        raise ValueError("not ours")
    made_for, *keys = json.loads(text)
    if made_for != name:
        raise ValueError(made_for)
    return keys


@dataclass(frozen=True, slots=True)
class Window(Generic[Row, Position]):
    """The part of a list that a query is to read: at most `rows` rows after `after` (None: from the beginning)."""

    paging: Paging[Row, Position]
    after: Position | None
    limit: int

    @property
    def rows(self) -> int:
        """Number of rows to read, one more than are shown."""
        return self.limit + 1

    def cut(self, found: Sequence[Row]) -> tuple[list[Row], str | None]:
        """The rows to show out of those that were found, and the cursor of the next page."""
        shown = list(found[: self.limit])
        return shown, self.paging.cursor(shown[-1]) if len(found) > self.limit else None

    def page(self, found: Sequence[Row], show: Callable[[Row], Item]) -> Page[Item]:
        """The page of the rows that were found, each as `show` writes it."""
        shown, following = self.cut(found)
        return Page(items=[show(row) for row in shown], next=following)


def by_id(prefix: str, id_of: Callable[[Any], UUID] = lambda row: row.id) -> Paging[Any, UUID]:
    """Paging of a list that is sorted by the ids of its rows."""

    def read(keys: Sequence[str]) -> UUID:
        (text,) = keys
        return ids.decode(prefix, text)

    return Paging(prefix, lambda row: [ids.encode(prefix, id_of(row))], read)


def moment(text: str) -> datetime:
    """Time read from a cursor, in UTC; `ValueError` without a zone, `OverflowError` outside the calendar."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)
