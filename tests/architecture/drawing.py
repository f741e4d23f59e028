"""The pictures and tables of `docs/` that are drawn from the code: `make pictures`.

A document holds them between `<!-- drawn: NAME -->` and `<!-- end -->`; a test says that each is as the code is now.
"""

import os
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("AGRIMARKET_ENVIRONMENT", "local")  # what is imported would start as production else

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LAYERS = ("models", "queries", "service", "flows", "schemas", "routes", "pages", "templates")
TEMPLATES = LAYERS.index("templates")
_DIALECT = postgresql.dialect()
_NO_TYPE = re.compile(r"[^a-z0-9_\[\]]+")
"""What Mermaid does not take in the name of a type."""
_BLOCK = re.compile(r"(<!-- drawn: ([^>]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """The laws: documents right in `docs/`."""
    return sorted(DOCS.glob("*.md"))


def packages() -> list[str]:
    """Packages of `agrimarket` that have tables of their own in `models`."""
    found = (path for path in (ROOT / "agrimarket").iterdir() if path.is_dir())
    return sorted(path.name for path in found if (path / "models").is_dir() or (path / "models.py").is_file())


def words(package: str, layer: str) -> set[str]:
    """Names of the files, and of the folders, in a layer that is a folder."""
    folder = ROOT / "agrimarket" / package / layer
    found = folder.iterdir() if folder.is_dir() else iter(())
    return {path.stem for path in found if not path.name.startswith("__")}


def features(package: str) -> list[str]:
    """Words that the package's services or flows have a file for."""
    return sorted(words(package, "service") | words(package, "flows"))


def has_template(package: str, feature: str) -> bool:
    """Whether a template is the feature's: `claims.html`, `claims/…`, or a part such as `claims_parts.html`."""
    return any(belongs(name, feature) for name in words(package, "templates"))


def belongs(template: str, feature: str) -> bool:
    """Whether a template's name is the feature, its singular, or the feature and what part of it."""
    return template in (feature, feature.removesuffix("s")) or template.startswith(f"{feature}_")


def _features(package: str) -> str:
    there = [layer for layer in LAYERS if words(package, layer)]
    lines = [f"| {package} | {' | '.join(there)} |", f"| --- |{' :-: |' * len(there)}"]
    for feature in features(package):
        marks = (
            has_template(package, feature) if layer == "templates" else feature in words(package, layer)
            for layer in there
        )
        lines.append(f"| {feature} | {' | '.join('●' if mark else '' for mark in marks)} |")
    return "\n".join(lines)


def layers() -> list[list[str]]:
    """The layers of the house from the top down, as the import contract of `pyproject.toml` has them."""
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = tools["importlinter"]["contracts"]
    (house,) = [contract for contract in contracts if contract["type"] == "layers"]
    named = [re.findall(r"[a-z_]+(?:\.[a-z_]+)*", layer) for layer in house["layers"]]
    there = [[name.removeprefix("agrimarket.") for name in names if _exists(name)] for names in named]
    return [names for names in there if names]


def _layers() -> str:
    boxes = [f'    l{number}["{" · ".join(names)}"]' for number, names in enumerate(layers())]
    order = " --> ".join(f"l{number}" for number in range(len(boxes)))
    return "\n".join(["```mermaid", "flowchart TD", *boxes, f"    {order}", "```"])


def _exists(module: str) -> bool:
    path = ROOT.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def machines() -> dict[str, Mapping[Any, frozenset[Any]]]:
    """Every table of moves by its name: `orders.CLAIM`."""
    found: dict[str, Mapping[Any, frozenset[Any]]] = {}
    for path in sorted((ROOT / "agrimarket").glob("*/states.py")):
        module = import_module(f"agrimarket.{path.parent.name}.states")
        for name, table in vars(module).items():
            if name.endswith("_TRANSITIONS"):
                found[f"{path.parent.name}.{name.removesuffix('_TRANSITIONS')}"] = table
    return found


def _states(machine: str) -> str:
    table = machines()[machine]
    kind = type(next(iter(table)))
    rows = (
        f"| {state.value} | {' · '.join(to.value for to in kind if to in table.get(state, ())) or '*ends*'} |"
        for state in kind
    )
    return "\n".join(["| state | may become |", "| --- | --- |", *rows])


def _events() -> str:
    subscriptions = import_module("workers.subscriptions").SUBSCRIPTIONS
    handlers = {topic: " · ".join(f"`{name}`" for name in subscriptions[topic]) for topic in sorted(subscriptions)}
    rows = (f"| `{topic}` | {names} |" for topic, names in handlers.items())
    return "\n".join(["| event | handlers |", "| --- | --- |", *rows])


def tables() -> dict[str, list[Table]]:
    """The tables of every package, by the package whose models they are."""
    import_module("agrimarket.migrations.tables")
    mappers = import_module("sqlmodel").SQLModel._sa_registry.mappers
    owners: dict[str, list[Table]] = {}
    for mapper in mappers:
        house, package, *_ = mapper.class_.__module__.split(".")
        if house == "agrimarket":
            owners.setdefault(package, []).append(mapper.local_table)
    return {owner: sorted(owned, key=lambda table: table.name) for owner, owned in sorted(owners.items())}


def _tables(package: str) -> str:
    owned = tables()[package]
    lines = ["erDiagram", *(line for table in owned for line in _entity(table))]
    lines += sorted({line for table in owned for line in _relations(table)})
    return "\n".join(["```mermaid", *lines, "```"])


def _entity(table: Table) -> Iterator[str]:
    yield f"    {table.name} {{"
    for column in table.columns:
        kind = column.type.compile(_DIALECT).lower().replace("timestamp with time zone", "timestamptz")
        keys = ", ".join(key for key, there in (("PK", column.primary_key), ("FK", column.foreign_keys)) if there)
        yield f"        {_NO_TYPE.sub('_', kind).rstrip('_')} {column.name} {keys}".rstrip()
    yield "    }"


def _relations(table: Table) -> Iterator[str]:
    for key in table.foreign_key_constraints:
        other = next(iter(key.elements)).target_fullname.split(".")[0]
        few = "|o" if any(column.nullable for column in key.columns) else "||"
        yield f"    {other} {few}--o{{ {table.name} : {next(iter(key.columns)).name}"


DRAWN: Mapping[str, Callable[[str], str]] = {
    "layers": lambda _: _layers(),
    "features": _features,
    "states": _states,
    "events": lambda _: _events(),
    "tables": _tables,
}
"""What can be drawn, by the first word of a block's name; the second says of what."""


def drawn(text: str) -> str:
    """The document with every block drawn anew; `KeyError` for one that nobody can draw."""

    def block(found: re.Match[str]) -> str:
        kind, _, of = found[2].partition(" ")
        return f"{found[1]}{DRAWN[kind](of)}\n{found[3]}"

    return _BLOCK.sub(block, text)


def blocks() -> list[tuple[Path, str]]:
    """Every block of every document: the document, and what is drawn there."""
    return [(path, found[2]) for path in documents() for found in _BLOCK.finditer(path.read_text("utf-8"))]


def main() -> None:
    """Draw all documents anew and name those that changed."""
    for path in documents():
        before = path.read_text(encoding="utf-8")
        if (after := drawn(before)) != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
