"""The code tree, loaded once a test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlmodel import Session

from agrimarket.kernel.db import Database
from tests.factories import regions as factory


@pytest.fixture
def tree_db(db: Database) -> Database:
    with db.transaction() as session:
        factory.load_tree(session)
    return db


@pytest.fixture
def region_session(tree_db: Database) -> Iterator[Session]:
    with tree_db.transaction() as session:
        yield session


@pytest.fixture
def statements(tree_db: Database) -> Iterator[list[str]]:
    """SQL sent since the fixture was set up, without savepoints."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(tree_db.engine, "before_cursor_execute", note)
    yield sent
    event.remove(tree_db.engine, "before_cursor_execute", note)
