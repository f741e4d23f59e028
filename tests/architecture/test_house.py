"""The house's rules, held by tests."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import text
from sqlmodel import SQLModel

from agrimarket.kernel.db import Database
from agrimarket.migrations.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {p.parent.name for p in (ROOT / "agrimarket").glob("*/models*") if p.suffix in ("", ".py")}


def _sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _handlers(app: Litestar) -> Iterator[tuple[HTTPRouteHandler, Callable[..., object]]]:
    """Every handler of ours, with the function that was decorated."""
    seen: set[int] = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            function = inspect.unwrap(handler.fn)
            if id(handler) not in seen and getattr(function, "__module__", "").startswith("agrimarket."):
                seen.add(id(handler))
                yield handler, function


def test_models_and_migrations_agree(worker_database: Database) -> None:
    with worker_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": True})
        found = [
            difference
            for difference in compare_metadata(context, metadata)
            if not (difference[0] == "remove_table" and difference[1].name == "clock")
        ]
    assert found == []


_SETTINGS = """
from agrimarket.settings import Settings
settings = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")  # nothing listens there
"""
_PROCESSES = {
    "api": f"{_SETTINGS}\nfrom agrimarket.app import create_app\ncreate_app(settings)",
    "worker": "import workers.celery_app",
    "seeds": f"{_SETTINGS}\nimport seeds\ntry: seeds.load_all(settings=settings)\nexcept Exception: pass",
}


@pytest.mark.parametrize("start", _PROCESSES.values(), ids=_PROCESSES)
def test_every_process_knows_the_tables_that_foreign_keys_name(start: str) -> None:
    """Each start is a separate process, since the tests' process knows all tables."""
    resolve = "from sqlmodel import SQLModel; assert len(SQLModel.metadata.sorted_tables) > 30"
    done = subprocess.run(
        [sys.executable, "-c", f"{start}\n{resolve}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_foreign_key_is_indexed(worker_database: Database) -> None:
    statement = text("""
        SELECT c.conrelid::regclass || '.' || a.attname
        FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND NOT EXISTS (
            SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
        )
    """)
    with worker_database.engine.connect() as connection:
        assert list(connection.execute(statement).scalars()) == []


def test_handlers_are_synchronous_and_threaded(app: Litestar) -> None:
    found = list(_handlers(app))
    assert len(found) > 100
    assert [function.__qualname__ for handler, function in found if function is handler.fn] == []
    coroutines = {function for _, function in found if inspect.iscoroutinefunction(function)}
    looped = {"health", "list_listings", "count_listings", "read_listing"}  # decision 10
    assert {function.__name__ for function in coroutines} == looped
    for function in coroutines:
        assert not re.search(r"\.(transaction|reading)\(", inspect.getsource(function))


def test_no_table_model_is_on_the_wire(app: Litestar) -> None:
    def tables(annotation: object) -> Iterator[type]:
        if isinstance(annotation, type) and issubclass(annotation, SQLModel):
            yield annotation
        for inner in getattr(annotation, "__args__", ()):
            yield from tables(inner)

    on_the_wire = {
        (function.__qualname__, table.__name__)
        for handler, function in _handlers(app)
        for field in [handler.parsed_fn_signature.return_type, *handler.parsed_fn_signature.parameters.values()]
        for table in tables(field.annotation)
    }
    assert on_the_wire == set()


def test_states_change_only_through_their_table() -> None:
    """Invariant 13, in Python; `kernel.states.arrow` holds it in SQL."""
    wrong: list[str] = []
    for path, tree in _sources("agrimarket", "workers", "seeds"):
        if "embedded" in path.parts:
            continue
        for node in ast.walk(tree):
            targets = (
                node.targets
                if isinstance(node, ast.Assign)
                else [node.target]
                if isinstance(node, ast.AugAssign)
                else []
            )
            flat = [t for target in targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
            if any(isinstance(t, ast.Attribute) and t.attr == "state" and not _is_self(t) for t in flat):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def _is_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in {"self", "request", "app"}


def _owner(path: Path) -> str:
    """The package that a file belongs to; for one outside `agrimarket`, or directly in it, its first folder."""
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "agrimarket" and len(parts) > 2 else parts[0]


def _layers(path: Path) -> set[str]:
    """Layers of a file: the folders beneath its package that it lies in, and its own name."""
    return set(path.relative_to(ROOT).with_suffix("").parts[2:])


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of every import; imports are absolute, as another test checks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_imports_are_absolute() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _sources("agrimarket", "workers", "seeds")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert wrong == []


def test_no_package_imports_anothers_tables_or_handlers() -> None:
    """Modules `models`, `queries`, `routes` and `pages` are private to a package, except to the application.

    `bulk` has pages and routes for whoever says what the columns of a file mean (decision 30).
    """
    wrong: list[str] = []
    for path, tree in _sources("agrimarket", "workers", "seeds"):
        if _owner(path) == "migrations" or path == ROOT / "agrimarket" / "app.py":
            continue
        for line, name in _imported(tree):
            house, package, *inside = [*name.split("."), ""]
            foreign = house == "agrimarket" and package in PACKAGES and package != _owner(path)
            if name.startswith(("agrimarket.bulk.pages.", "agrimarket.bulk.routes.")):
                continue
            if foreign and {"models", "queries", "routes", "pages"}.intersection(inside):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {name}")
    assert wrong == []


_SUBQUERY = re.compile(r"\bIN \(\s*SELECT\b")


def _statements(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


def _locks_within(statement: str) -> bool:
    """Whether a subquery of IN locks the rows that it finds."""
    for found in _SUBQUERY.finditer(statement):
        depth, end = 1, found.start() + len("IN (")
        while depth and end < len(statement):
            depth += {"(": 1, ")": -1}.get(statement[end], 0)
            end += 1
        if re.search(r"\bFOR (NO KEY )?UPDATE\b", statement[found.start() : end]):
            return True
    return False


def test_rows_to_change_are_locked_once() -> None:
    """A subquery that locks may run again for each row, slowly and beyond its limit; a materialized CTE runs once."""
    assert _locks_within("UPDATE a SET b = 1 WHERE id IN (\n SELECT id FROM a WHERE c < now() LIMIT 1 FOR UPDATE)")
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path, tree in _sources("agrimarket", "workers", "seeds")
        if _owner(path) != "migrations"
        for line, statement in _statements(tree)
        if _locks_within(statement)
    ]
    assert found == []


_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:ONLY\s+)?([a-z_]+)")


def test_no_statement_names_another_packages_table() -> None:
    mappers = SQLModel._sa_registry.mappers  # pyright: ignore[reportPrivateUsage]
    owners = {mapper.local_table.name: mapper.class_.__module__.split(".")[1] for mapper in mappers}
    found = [
        (path, node.lineno, table)
        for path, tree in _sources("agrimarket", "workers", "seeds")
        if _owner(path) != "migrations"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for table in _TABLE.findall(node.value)
        if table in owners
    ]
    wrong = [f"{path.relative_to(ROOT)}:{line} {table}" for path, line, table in found if owners[table] != _owner(path)]
    assert len(found) > 100
    assert wrong == []


@pytest.mark.parametrize("forbidden", [".delay(", "countdown=", "eta=", "session.commit("])
def test_what_is_never_done(forbidden: str) -> None:
    places = [
        str(path.relative_to(ROOT))
        for folder in ("agrimarket", "workers", "seeds")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if forbidden in path.read_text(encoding="utf-8")
    ]
    assert places == []


SQL = {"sqlalchemy.text", "sqlalchemy.select", "sqlmodel.select"}


def test_routes_and_pages_hold_no_query() -> None:
    """The rule is for every file of a `routes` or `pages` layer, whatever its name."""
    sources = _sources(*(f"agrimarket/{name}" for name in PACKAGES))
    handlers = [(path, tree) for path, tree in sources if {"routes", "pages"} & _layers(path)]
    imported = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in handlers
        for line, name in _imported(tree)
        if "queries" in name.split(".") or name in SQL
    ]
    assert len(handlers) > 20
    assert (_executed(handlers), imported) == ([], [])


def test_services_and_flows_hold_no_sql() -> None:
    """It stands in `queries`."""
    sources = _sources(*(f"agrimarket/{name}" for name in PACKAGES))
    cases = [(path, tree) for path, tree in sources if {"service", "flows"} & _layers(path)]
    imported = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path, tree in cases
        for line, name in _imported(tree)
        if name in SQL
    ]
    assert len(cases) > 40
    assert (_executed(cases), imported) == ([], [])


def _executed(sources: list[tuple[Path, ast.Module]]) -> list[str]:
    """Places where a statement is executed."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"exec", "execute", "scalars"}
    ]


def test_every_sentence_is_written_in_every_language() -> None:
    import string

    from agrimarket.kernel.i18n import LANGUAGES, catalogue

    def holes(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    books = {language: catalogue(language) for language in LANGUAGES}
    keys = {language: set(book) for language, book in books.items()}
    assert keys["zh-Hant"] == keys["zh-Hans"] == keys["en"]
    uneven = [key for key in keys["en"] if len({frozenset(holes(book[key])) for book in books.values()}) > 1]
    assert uneven == []


def test_every_error_has_its_sentence() -> None:
    from agrimarket.kernel.errors import DomainError
    from agrimarket.kernel.i18n import catalogue

    def descendants(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        for child in kind.__subclasses__():
            yield child
            yield from descendants(child)

    codes = {kind.code for kind in descendants(DomainError) if "code" in vars(kind)}
    missing = {code for code in codes if code.count(".") or "_" in code} - set(catalogue("en"))
    assert missing == set()


def test_every_fault_of_a_field_has_its_sentence() -> None:
    """A fault is written `(pointer, code, values)`; a code without a sentence would only say "look at this again"."""
    from agrimarket.kernel.i18n import catalogue

    told = catalogue("en")
    missing = [
        f"{path.relative_to(ROOT)}:{node.lineno} {code.value}"
        for path, tree in _sources("agrimarket")
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3
        if isinstance(code := node.elts[1], ast.Constant) and isinstance(code.value, str)
        if isinstance(node.elts[2], ast.Dict)
        if f"field.{code.value}" not in told
    ]
    assert missing == []
