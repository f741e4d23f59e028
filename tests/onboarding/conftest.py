"""Regions are there; a farmer and a reviewer are signed in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import workers.subscriptions  # noqa: F401  # before `workers.inline`, whose imports go round in a circle otherwise
from agrimarket.app import create_app
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.settings import get_settings
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


@pytest.fixture
def client_with_files(db: Database, tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    """A client whose files are this test's own, under `tmp_path / "files"`."""
    settings = get_settings().model_copy(update={"data_dir": tmp_path})
    with TestClient(create_app(settings, db), raise_server_exceptions=False) as client:
        yield client
