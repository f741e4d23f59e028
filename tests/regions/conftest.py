"""The code tree, loaded for each test."""

from collections.abc import Iterator

import pytest
from sqlmodel import Session

from agrimarket.kernel.db import Database
from tests.factories import regions as factory
from tests.support.statements import statements as statements_sent


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
def statements() -> Iterator[list[str]]:
    """SQL sent since the fixture was set up, without savepoints."""
    with statements_sent() as sent:
        yield sent
