"""Regions, and a farmer, a reviewer and a cooperative who are signed in."""

import shutil
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
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories import regions
from tests.support.browser import Browser
from tests.support.current import CurrentDatabase


@pytest.fixture
def placed(db: Database) -> Database:
    """Database of the test, with the code table in it."""
    with db.transaction() as session:
        regions.load_tree(session)
    return db


@pytest.fixture
def farmer(placed: Database) -> make.SignedIn:
    """A person with a harvest."""
    return make.sign_in(placed, 1)


@pytest.fixture
def reviewer(placed: Database) -> make.SignedIn:
    """An operator."""
    return make.sign_in(placed, 2, Role.OPERATOR)


@pytest.fixture(scope="module")
def app_with_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Litestar, CurrentDatabase, Path]:
    """The module's application, the holder of the test's database, and the folder of its files."""
    current, folder = CurrentDatabase(), tmp_path_factory.mktemp("data")
    settings = get_settings().model_copy(update={"data_dir": folder})
    return create_app(settings, current), current, folder / "files"


@pytest.fixture
def folder(app_with_files: tuple[Litestar, CurrentDatabase, Path]) -> Path:
    """Folder of the test's files, empty at first."""
    shutil.rmtree(app_with_files[2], ignore_errors=True)
    return app_with_files[2]


@pytest.fixture
def client_with_files(
    app_with_files: tuple[Litestar, CurrentDatabase, Path], folder: Path, db: Database
) -> Iterator[TestClient[Litestar]]:
    """A client of `app_with_files` on this test's savepoint."""
    app_with_files[1].current = db
    with TestClient(app_with_files[0], raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def coop(placed: Database) -> make.SignedIn:
    """A cooperative that sells."""
    return member_files.cooperative(placed)


@pytest.fixture
def browser(client: TestClient[Litestar], placed: Database) -> Browser:
    """A browser in which nobody is signed in yet."""
    return Browser(client, language="zh-Hans")
