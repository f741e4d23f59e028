"""Regions are there; a cooperative is signed in."""

import pytest

from agrimarket.kernel.db import Database
from tests.factories import bulk, regions
from tests.factories.onboarding import SignedIn


@pytest.fixture
def placed(db: Database) -> Database:
    """The test's database with the code table in it."""
    with db.transaction() as session:
        regions.load_tree(session)
    return db


@pytest.fixture
def coop(placed: Database) -> SignedIn:
    """A cooperative that sells."""
    return bulk.cooperative(placed)
