"""Nothing is swallowed: what catches everything says on its line why it may."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("agrimarket", "workers", "seeds") for path in (ROOT / folder).rglob("*.py"))
BROAD = {"Exception", "BaseException"}


def _broad(source: str) -> list[int]:
    """Lines of `except` and `suppress` that catch everything."""
    found: list[int] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ExceptHandler(type=None):
                found.append(node.lineno)
            case ast.ExceptHandler(type=ast.expr() as caught) if _names(caught) & BROAD:
                found.append(node.lineno)
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=caught):
                found += [node.lineno] if BROAD & {name for each in caught for name in _names(each)} else []
            case _:
                pass
    return found


def _names(caught: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_catches_everything_says_why(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    assert [f"{path.name}:{at}" for at in _broad(source) if "  # " not in lines[at - 1]] == []


def test_broad_ones_are_found() -> None:
    source = "try: pass\nexcept Exception: pass\ntry: pass\nexcept (OSError, BaseException): pass\n"
    assert _broad(f"{source}try: pass\nexcept OSError: pass\nwith suppress(Exception): pass\n") == [2, 4, 7]
