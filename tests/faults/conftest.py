"""Servers and processes of the fault matrix (RELIABILITY.md). `make faults` prints each row's figure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import text

from tests.faults.handlers import TABLES
from tests.support.running import Running, running

console = Console(width=140)


def figure(row: int, fault: str, **figures: object) -> None:
    """Print one row of the matrix."""
    told = "  ".join(f"{name.replace('_', ' ')} [bold]{value}[/]" for name, value in figures.items())
    console.print(f"\n[green]fault {row:>2}[/] {fault}: {told}", highlight=False)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[Running]:
    """PostgreSQL with fsync on, and Valkey with its append-only file; the fault tests' tables."""
    with running(tmp_path) as system:
        with system.db.transaction() as session:
            for table in TABLES:
                session.connection().execute(text(table))
        yield system
