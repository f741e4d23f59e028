"""The import contracts of `pyproject.toml` also hold for files that are not named there."""

import tomllib
from pathlib import Path

import grimp
import pytest
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("agrimarket", "workers", "seeds")


def _kept(graph: grimp.ImportGraph) -> bool:
    """Whether both contracts about HTTP are kept."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    about_http = [contract for contract in contracts if contract["type"] == "protected"]
    assert len(about_http) == 2
    return all(ProtectedContract(each["name"], {}, each).check(graph, verbose=False).kept for each in about_http)


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("agrimarket.accounts.service.people", "agrimarket.http.pages", False),
        ("agrimarket.accounts.limits", "agrimarket.http.client", False),
        ("agrimarket.accounts.a_new_file", "agrimarket.http.client", False),
        ("agrimarket.accounts.routes_by_hand", "agrimarket.http.handlers", False),
        ("agrimarket.accounts.service.routes", "agrimarket.http.handlers", False),
        ("agrimarket.a_new_package.anything.deep", "agrimarket.http", False),
        ("agrimarket.kernel.db", "agrimarket.http.problems", False),
        ("agrimarket.embedded.up", "agrimarket.http.system", False),
        ("workers.tasks.accounts", "agrimarket.http.client", False),
        ("seeds.people", "agrimarket.http.client", False),
        ("agrimarket.accounts.service.people", "agrimarket.accounts.pages.forms", False),
        ("agrimarket.accounts.a_new_file", "agrimarket.app", False),
        ("workers.tasks.accounts", "agrimarket.accounts.routes", False),
        ("agrimarket.accounts.routes.a_new_file", "agrimarket.http.handlers", True),
        ("agrimarket.a_new_package.pages.a_new_file", "agrimarket.http.handlers", True),
        ("agrimarket.app", "agrimarket.http.middleware", True),
    ],
)
def test_only_the_edge_imports_http(importer: str, imported: str, kept: bool) -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    parts = importer.split(".")
    for depth in range(2, len(parts) + 1):
        graph.add_module(".".join(parts[:depth]))
    graph.add_import(importer=importer, imported=imported)
    assert _kept(graph) is kept
