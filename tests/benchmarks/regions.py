"""Figures of `regions`, each beside its goal: `python -m tests.benchmarks regions`.

Each module of `region_figures` measures one thing by itself, on servers of its own, and gives rows of
(what, figure, goal). Nothing is asserted.
"""

import logging
import pkgutil
from collections.abc import Callable
from importlib import import_module

from rich.console import Console
from rich.table import Table

from tests.benchmarks import region_figures

Row = tuple[str, str, str]


def regions(console: Console) -> None:
    """Measure everything and print one table."""
    logging.disable(logging.INFO)  # the application and its migrations tell of each step
    table = Table("regions", "figure", "goal", highlight=False)
    for module in sorted(pkgutil.iter_modules(region_figures.__path__), key=lambda found: found.name):
        rows: Callable[[], list[Row]] = import_module(f"{region_figures.__name__}.{module.name}").rows
        console.print(f"{module.name} …")
        for row in rows():
            table.add_row(*row)
        table.add_section()
    console.print("\n", table)
