"""Servers and processes of the fault matrix (docs/reliability.md). `make faults` prints each row's figure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

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


def pytest_terminal_summary() -> None:
    """Print the whole matrix as one table."""
    print_all()
