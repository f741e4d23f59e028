"""A till: an own database with real commits, the real SDK, and a sandbox process that it talks to over HTTP."""

import os
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.app import create_app
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox
from agrimarket.integrations import stripe
from agrimarket.kernel.db import Database
from agrimarket.settings import get_settings
from tests.factories.payments import Till
from tests.support.current import CurrentDatabase

API_BASE = "AGRIMARKET_STRIPE_API_BASE"


@pytest.fixture(scope="session")
def till_sandbox() -> Iterator[RunningSandbox]:
    """One sandbox process for all tests of payments."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def till(fresh_db: Database, till_sandbox: RunningSandbox) -> Iterator[Till]:
    """Everything that money passes through, empty; the settings point at the sandbox meanwhile."""
    before = os.environ.get(API_BASE)
    os.environ[API_BASE] = till_sandbox.url
    get_settings.cache_clear()
    till_sandbox.control("POST", "reset")
    yield Till(fresh_db, stripe.gateway(get_settings()), till_sandbox)
    if before is None:
        del os.environ[API_BASE]
    else:
        os.environ[API_BASE] = before
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def app_with_sandbox(till_sandbox: RunningSandbox) -> tuple[Litestar, CurrentDatabase]:
    """An application that talks to the sandbox, and where to put the test's database."""
    current = CurrentDatabase()
    settings = get_settings().model_copy(update={"stripe_api_base": till_sandbox.url})
    return create_app(settings, current), current


@pytest.fixture
def desk(app_with_sandbox: tuple[Litestar, CurrentDatabase], till: Till) -> Iterator[TestClient[Litestar]]:
    """That application on the till's database; requests may run at the same time."""
    app, current = app_with_sandbox
    current.current = till.db
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client
