"""Figures of the fault matrix, printed at once and again in a table at the end."""

import os

from rich.console import Console
from rich.table import Table

console = Console(width=140, highlight=False)
_rows: list[tuple[int, str, dict[str, object]]] = []


def times(repeats: int) -> int:
    """How often a fault is tried: a tenth with `QUICK=1`, which is what CI can wait for."""
    return max(2, repeats // 10) if os.environ.get("QUICK") else repeats


def figure(row: int, fault: str, **figures: object) -> None:
    """Print one row of the matrix."""
    _rows.append((row, fault, figures))
    console.print(f"\n[green]fault {row:>2}[/] {fault}: {_told(figures)}")


def bound(repeats: int) -> str:
    """Upper bound (95 %) of the probability of a failure, after none in that many trials."""
    return f"< {3 / repeats:.1%}"


def print_all() -> None:
    """Print every row again, in the matrix's order."""
    if not _rows:
        return
    table = Table(title="Fault matrix", title_justify="left", show_lines=True)
    for column in ("#", "fault", "figures"):
        table.add_column(column)
    for row, fault, figures in sorted(_rows, key=lambda entry: entry[0]):
        table.add_row(str(row), fault, _told(figures))
    console.print("\n", table)


def _told(figures: dict[str, object]) -> str:
    return "  ".join(f"{name.replace('_', ' ')} [bold]{value}[/]" for name, value in figures.items())
