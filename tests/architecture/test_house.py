"""The house's rules, held by tests."""

import ast
import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.utils.sync import AsyncCallable
from sqlalchemy import text
from sqlmodel import SQLModel

from agrimarket.kernel.db import Database
from agrimarket.migrations.tables import metadata

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(p.parent.name for name in ("models", "models.py") for p in (ROOT / "agrimarket").glob(f"*/{name}"))


def _sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _handlers(app: Litestar) -> Iterator[tuple[HTTPRouteHandler, Callable[..., object]]]:
    """Every handler of ours, with the function that was decorated: Litestar wraps one that runs in a thread."""
    seen: set[int] = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            function = handler.fn.func if isinstance(handler.fn, AsyncCallable) else handler.fn
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
    wrong = [
        function.__qualname__
        for handler, function in found
        if not asyncio.iscoroutinefunction(function) and not isinstance(handler.fn, AsyncCallable)
    ]
    stray = [
        function.__qualname__
        for _, function in found
        if asyncio.iscoroutinefunction(function) and not function.__module__.endswith((".streams", ".uploads"))
    ]
    assert len(found) > 100
    assert (wrong, stray) == ([], [])


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


def test_no_package_reads_anothers_tables() -> None:
    wrong: list[str] = []
    for path, tree in _sources("agrimarket", "workers", "seeds"):
        owner = path.relative_to(ROOT).parts[1] if path.is_relative_to(ROOT / "agrimarket") else ""
        if owner in {"migrations"}:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                for name in names:
                    house, package, module = [*name.split("."), "", ""][:3]
                    foreign = house == "agrimarket" and package in PACKAGES and package != owner
                    if foreign and module in {"models", "queries"}:
                        wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
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


def test_routes_and_pages_hold_no_query() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in _sources("agrimarket")
        if path.name in {"routes.py", "pages.py"} or path.parent.name in {"routes", "pages"}
        if "http" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"exec", "execute", "scalars"}
    ]
    assert wrong == []


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
