"""Servers and processes of the fault matrix (docs/reliability.md). `make faults` prints each row's figure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from agrimarket.embedded.stripe_sandbox.testing import running_sandbox
from agrimarket.integrations.stripe import StripeGateway
from agrimarket.settings import get_settings
from tests.factories.orders import Market, a_market
from tests.factories.payments import Till
from tests.factories.regions import load_tree
from tests.faults.buying import Buying
from tests.faults.figures import print_all
from tests.faults.messages import TABLES
from tests.support.running import Running, running


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Running]:
    """PostgreSQL with fsync on, and Valkey with its append-only file; the fault tests' tables."""
    # The load comes from one address, so it counts as a trusted proxy, and limits by network do not bound it.
    with running(tmp_path, AGRIMARKET_TRUSTED_PROXIES="1") as system:
        with system.db.transaction() as session:
            for table in TABLES:
                session.connection().execute(text(table))
        yield system


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Till, str, Market]]:
    """Durable PostgreSQL with a market, and the sandbox behind the real SDK."""
    with (
        running(tmp_path_factory.mktemp("purchases")) as system,
        running_sandbox() as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AGRIMARKET_STRIPE_API_BASE", sandbox.url)
        get_settings.cache_clear()
        with system.db.transaction() as session:
            load_tree(session)
            market = a_market(session, grams=100_000_000)
        gateway = StripeGateway("sk_test_sandbox", sandbox.url, "whsec_sandbox")
        yield Till(system.db, gateway, sandbox), system.database_url, market
    get_settings.cache_clear()


@pytest.fixture
def buying(shop: tuple[Till, str, Market]) -> Buying:
    """The purchases of one test. What it adds up, it adds up over those of the tests before it too."""
    return Buying(*shop)


def pytest_terminal_summary() -> None:
    """Print the whole matrix as one table."""
    print_all()
