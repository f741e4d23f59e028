"""The laws in `docs/` are about this code: what is cited is there, what is named exists, what is drawn is current."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.architecture import drawing
from tests.architecture.drawing import DOCS, ROOT

_CODE = ("agrimarket", "workers", "seeds", "tests")
_NUMBERS = r"((?:[0-9]+(?:, | and | to |–)?)+)"
_NOT_BUILT = "*Not built yet:*"


def _texts() -> dict[Path, str]:
    """Everything of ours that may cite a law: code, documents, and the files at the top."""
    code = [path for folder in _CODE for path in (ROOT / folder).rglob("*.py")]
    return {path: path.read_text(encoding="utf-8") for path in [*code, *_pages()]}


def _pages() -> list[Path]:
    return [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]


def _cited(word: str, texts: dict[Path, str] | None = None) -> dict[int, list[str]]:
    """The numbers that are cited as `word 3` or `words 3, 4 and 5`, and where."""
    found: dict[int, list[str]] = {}
    for path, text in (texts or _texts()).items():
        for match in re.finditer(rf"\b{word}s? {_NUMBERS}", text, re.IGNORECASE):
            for number in re.findall(r"[0-9]+", match[1]):
                found.setdefault(int(number), []).append(str(path.relative_to(ROOT)))
    return found


def _rows(document: str, mark: str = "") -> dict[str, list[str]]:
    """The rows of a document's tables whose first cell is a number, by that number."""
    rows = re.findall(rf"^\| ({mark}[0-9]+) \| (.*) \|$", (DOCS / document).read_text(encoding="utf-8"), re.MULTILINE)
    return {number: [cell.strip() for cell in rest.split(" | ")] for number, rest in rows}


def _tests_of(text: str) -> list[tuple[str, str]]:
    """The tests that a text names, as file and function."""
    return re.findall(r"`(tests/[a-z_/]+\.py)::(test_\w+)`", text)


@cache
def _names(path: Path) -> frozenset[str]:
    """Names that a module defines at its top, or the keys of a TOML file."""
    if path.suffix == ".toml":
        return frozenset(_keys(tomllib.loads(path.read_text(encoding="utf-8"))))
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return frozenset(found)


def _keys(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield key
        if isinstance(value, dict):
            yield from _keys(value)


# What is cited


def test_every_invariant_that_is_cited_stands_in_the_domain() -> None:
    cited = _cited("invariant")
    assert len(cited) > 10
    assert {number: places for number, places in cited.items() if str(number) not in _rows("domain.md")} == {}


def test_every_invariant_is_held_by_a_test_that_names_it() -> None:
    mine = Path(__file__)
    tests = {path: text for path, text in _texts().items() if path.parts[len(ROOT.parts)] == "tests" and path != mine}
    held = _cited("invariant", tests)
    assert [number for number, cells in _rows("domain.md").items() if _NOT_BUILT not in cells[0]] == [
        number for number in _rows("domain.md") if int(number) in held
    ]


def test_every_fault_row_that_is_cited_stands_in_reliability() -> None:
    rows, cited = _rows("reliability.md"), _cited("row")
    assert len(cited) > 5
    assert {number: places for number, places in cited.items() if str(number) not in rows} == {}


def test_every_fault_test_is_named_in_the_row_that_it_is_about() -> None:
    rows = _rows("reliability.md")
    faults = [
        (path.relative_to(ROOT).as_posix(), name, re.match(r"test_row_([0-9]+)_", name))
        for path in sorted((ROOT / "tests" / "faults").glob("test_*.py"))
        for name in sorted(_names(path))
        if name.startswith("test_")
    ]
    assert len(faults) > 8
    assert [
        f"{path}::{name}"
        for path, name, row in faults
        if row is None or (path, name) not in _tests_of(" ".join(rows.get(row[1], [])))
    ] == []


@pytest.mark.parametrize("mark", ["", "B"], ids=["faults", "bad inputs"])
def test_every_row_of_reliability_names_tests_that_exist_or_is_open(mark: str) -> None:
    rows = _rows("reliability.md", mark)
    assert len(rows) > 25
    untested = [number for number, cells in rows.items() if not _tests_of(cells[-2 if not mark else -1])]
    assert [number for number in untested if rows[number][-2] != "open"] == []
    wrong = [
        (number, path, test)
        for number, cells in rows.items()
        for path, test in _tests_of(" ".join(cells))
        if not (ROOT / path).is_file() or test not in _names(ROOT / path)
    ]
    assert wrong == []


def test_every_decision_that_is_cited_exists() -> None:
    decisions = {int(path.name[:4]) for path in (DOCS / "decisions").glob("[0-9][0-9][0-9][0-9]-*.md")}
    cited = _cited("decision")
    assert len(cited) > 5
    assert {number: places for number, places in cited.items() if number not in decisions} == {}


def test_every_decision_has_its_own_number_and_says_it() -> None:
    paths = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name for path in paths if not re.fullmatch(r"[0-9]{4}-[a-z0-9-]+\.md", path.name)] == []
    assert len({path.name[:4] for path in paths}) == len(paths)
    first = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in paths}
    assert [name for name, line in first.items() if not line.startswith(f"# {int(name[:4])}. ")] == []


# What is named


def _links() -> Iterator[tuple[Path, str]]:
    for path in _pages():
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith(("/", "mailto:")):
                yield path, target


def _headings(path: Path) -> set[str]:
    """The anchors that a document's headings have on the page of a repository."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_link_leads_somewhere() -> None:
    links = list(_links())
    assert len(links) > 20
    wrong: list[str] = []
    for path, target in links:
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and anchor not in _headings(there)):
            wrong.append(f"{path.relative_to(ROOT)}: {target}")
    assert wrong == []


def test_every_file_that_a_law_names_exists() -> None:
    """Paths from the root in backquotes, in the laws and in how to contribute; `<name>` stands for any."""
    named = [
        (path, name)
        for path in [*drawing.documents(), ROOT / "CONTRIBUTING.md"]
        for name in re.findall(r"`((?:agrimarket|workers|seeds|tests|docs)/[\w./<>-]*)", path.read_text("utf-8"))
        if "<" not in name and "NNNN" not in name
    ]
    assert len(named) > 50
    assert [f"{path.name}: {name}" for path, name in named if not (ROOT / name).exists()] == []


def test_every_target_of_make_that_a_document_names_exists_and_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^([a-z-]+):.*  ## ", makefile, re.MULTILINE))
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    named = {
        target for path in _pages() for target in re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text("utf-8"), re.M)
    }
    assert len(named) > 8
    assert (named - explained, set(phony.split()) ^ explained) == (set(), set())


def test_every_part_of_the_benchmarks_has_its_command() -> None:
    source = (ROOT / "tests" / "benchmarks" / "__main__.py").read_text(encoding="utf-8")
    (parts,) = re.findall(r"^PARTS = \{(.*)\}$", source, re.MULTILINE)
    named = re.findall(r"`python -m tests\.benchmarks (\w+)`", (DOCS / "benchmarks.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(re.findall(r'"(\w+)"', parts))


def test_the_hooks_run_what_make_lint_runs() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    used = set(re.findall(r"entry: \.venv/bin/(\S+)", hooks))
    assert used
    assert used <= set(re.findall(r"\$\(BIN\)/(\S+)", lint))
    assert "://" not in hooks


RULES = (
    "commission",
    "claim window",
    "exposure limit",
    "lease length",
    "delivery fee",
    "code rate limit",
    "webhook tolerance",
    "coach's score",
    "first contact",
    "perish-by",
)
"""What a stranger must find by name at first try."""


def test_a_stranger_finds_each_rule_where_the_table_says() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8").partition("## Where is it")[2]
    rows = re.findall(r"^\| ([^|]+) \| `([a-z_/]+\.(?:py|toml))` `(\w+)` \|", text, re.MULTILINE)
    assert set(RULES) <= {rule for rule, _, _ in rows}
    assert [row for row in rows if row[2] not in _names(ROOT / row[1])] == []


def test_names_beside_a_file_are_in_it() -> None:
    """`kernel/states.py` `move`, as all documents write it."""
    pairs = [
        (path.name, file, name)
        for path in drawing.documents()
        for file, name in re.findall(r"`([a-z_/]+\.(?:py|toml))` `(\w+)`", path.read_text(encoding="utf-8"))
    ]
    assert len(pairs) > 15
    wrong = [
        pair
        for pair in pairs
        if not any(
            there.is_file() and pair[2] in _names(there) for there in (ROOT / pair[1], ROOT / "agrimarket" / pair[1])
        )
    ]
    assert wrong == []


def test_the_handler_that_is_shown_is_a_handler_of_ours() -> None:
    shown = re.findall(r"```python\n(.*?)```", (DOCS / "architecture.md").read_text(encoding="utf-8"), re.DOTALL)
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "agrimarket").glob("*/routes/*.py"))
    assert shown
    assert [code for code in shown if code not in sources] == []


# What is drawn


@pytest.mark.parametrize("document", drawing.documents(), ids=lambda path: path.name)
def test_what_is_drawn_is_current(document: Path) -> None:
    """If this fails: `make pictures`."""
    text = document.read_text(encoding="utf-8")
    assert drawing.drawn(text) == text


def test_everything_is_drawn_somewhere() -> None:
    there = {name for _, name in drawing.blocks()}
    wanted = {"layers", "events"}
    wanted |= {f"states {name}" for name in drawing.machines()}
    wanted |= {f"tables {package}" for package in drawing.tables()}
    wanted |= {f"features {package}" for package in drawing.packages()}
    assert len(wanted) > 35
    assert there == wanted


def test_every_layer_of_the_contract_is_a_package_and_every_package_has_a_layer() -> None:
    contracts = {name.partition(".")[0] for layer in drawing.layers() for name in layer}
    ours = {
        path.stem
        for path in (ROOT / "agrimarket").iterdir()
        if not path.name.startswith("__") and (path.suffix == ".py" or (path / "__init__.py").is_file())
    }
    assert ours - contracts == set()
    assert all(import_module(f"agrimarket.{name}") for name in contracts - {"workers", "seeds", "migrations", "cli"})
