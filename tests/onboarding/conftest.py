"""Regions are there; a farmer and a reviewer are signed in."""

import pytest

import workers.subscriptions  # noqa: F401  # before `workers.inline`, whose imports go round in a circle otherwise
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from tests.factories import onboarding as make
from tests.factories import regions


@pytest.fixture
def placed(db: Database) -> Database:
    """The test's database with the code table in it."""
    with db.transaction() as session:
        regions.load_tree(session)
    return db


@pytest.fixture
def farmer(placed: Database) -> make.SignedIn:
    """Somebody with a harvest."""
    return make.sign_in(placed, 1)


@pytest.fixture
def reviewer(placed: Database) -> make.SignedIn:
    """An operator."""
    return make.sign_in(placed, 2, Role.OPERATOR)
