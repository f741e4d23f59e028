"""A till: a separate database with real commits, the real SDK, and a sandbox process that it talks to over HTTP."""

import os
from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.app import create_app
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox
from agrimarket.integrations import stripe
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Role
from agrimarket.settings import get_settings
from tests.factories import accounts as people
from tests.factories.accounts import Somebody
from tests.factories.bank_accounts import Staff
from tests.factories.payments import Till
from tests.support.browser import Browser
from tests.support.current import CurrentDatabase

API_BASE = "AGRIMARKET_STRIPE_API_BASE"


@pytest.fixture(scope="session")
def till_sandbox() -> Iterator[RunningSandbox]:
    """A sandbox process for all tests of payments."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def till(fresh_db: Database, till_sandbox: RunningSandbox) -> Iterator[Till]:
    """An empty till; the settings point at the sandbox meanwhile."""
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
    """An application that talks to the sandbox, and the holder of the test's database."""
    current = CurrentDatabase()
    settings = get_settings().model_copy(update={"stripe_api_base": till_sandbox.url})
    return create_app(settings, current), current


@pytest.fixture
def desk(app_with_sandbox: tuple[Litestar, CurrentDatabase], till: Till) -> Iterator[TestClient[Litestar]]:
    """A client of that application on the till's database; requests may run at the same time."""
    app, current = app_with_sandbox
    current.current = till.db
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def seller(db: Database) -> Somebody:
    with db.transaction() as session:
        return people.a_seller(session)


@pytest.fixture
def browser(client: TestClient[Litestar], seller: Somebody) -> Browser:
    """Browser of the seller."""
    return Browser(client, session=seller.token)


@pytest.fixture
def crew(db: Database) -> dict[str, Somebody]:
    """A seller and two operators."""
    with db.transaction() as session:
        return {
            "seller": people.a_seller(session, name="李家果园"),
            "first": people.a_person(session, Role.OPERATOR, name="赵一"),
            "second": people.a_person(session, Role.OPERATOR, name="钱二"),
        }


@pytest.fixture
def merchant(till: Till) -> Somebody:
    """A seller of the till."""
    with till.db.transaction() as session:
        return people.a_seller(session)


@pytest.fixture
def window(desk: TestClient[Litestar], merchant: Somebody) -> Browser:
    """The merchant's browser, with the sandbox at the other end."""
    return Browser(desk, session=merchant.token)


@pytest.fixture
def staff(till: Till) -> Staff:
    return Staff(till)
