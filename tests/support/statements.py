"""Statements that reach the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg
from sqlalchemy import event

from agrimarket.kernel.db import Database

_OF_TESTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def statements() -> Iterator[list[str]]:
    """SQL that this process sends while the block runs, one line each, without the tests' savepoints.

    Statements are noted where psycopg sends them, so that none is missed, whichever way it comes.
    """
    seen: list[str] = []

    def note(_: Any, text: str, _params: Any) -> None:
        if not text.startswith(_OF_TESTS):
            seen.append(" ".join(text.split()))

    with noting(note):
        yield seen


@contextmanager
def commits(db: Database) -> Iterator[list[Any]]:
    """The transactions that `db` commits while the block runs, one item each; single reads need none."""
    seen: list[Any] = []
    note = seen.append  # the listener is removed by its identity
    event.listen(db.engine, "commit", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "commit", note)


@contextmanager
def noting(note: Callable[[Any, str, Any], None]) -> Iterator[None]:
    """Call `note(cursor, statement, parameters)` before each statement that is sent while the block runs."""

    def noted(method: Any) -> Any:
        def call(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
            note(cursor, query.decode() if isinstance(query, bytes) else str(query), params)
            return method(cursor, query, params, **options)

        return call

    with (
        mock.patch.object(psycopg.Cursor, "execute", noted(psycopg.Cursor.execute)),
        mock.patch.object(psycopg.Cursor, "executemany", noted(psycopg.Cursor.executemany)),
    ):
        yield
