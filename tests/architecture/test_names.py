"""One word a feature, the same in every layer; entry points of a few lines; files that a person reads at one go."""

import ast
import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.drawing import ROOT, belongs, features, packages, words

LAYERS = ("models", "queries", "service", "flows", "schemas", "routes", "pages", "templates")
_LAYER_WORDS = ("model", "query", "queries", "service", "services", "flow", "flows", "schema", "schemas", "route")
_LAYER_WORDS += ("routes", "page", "pages", "template", "templates", "rules", "states", "errors", "events")
_VERBS = {"get", "head", "post", "put", "patch", "delete", "options", "page", "form"}
MODULE_LINES, PAGE_LINES, ROUTE_LINES, TASK_LINES = 400, 30, 20, 15
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _is_handler(function: Function) -> bool:
    return any(
        isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id in _VERBS
        for mark in function.decorator_list
    )


def _lines(function: Function) -> int:
    """Lines of the body without its docstring."""
    first, *others = function.body
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        if not others:
            return 0
        first = others[0]
    return (function.end_lineno or 0) - first.lineno + 1


def _handlers(layer: str) -> dict[str, int]:
    """Lines of every handler in a layer, by where it stands."""
    return {
        f"{path.relative_to(ROOT)}:{function.name}": _lines(function)
        for package in packages()
        for path in _modules(f"agrimarket/{package}/{layer}")
        for function in _functions(path)
        if _is_handler(function)
    }


def _is_feature(package: str, word: str) -> bool:
    """Whether the package has a service or a flow of that word, or an engine of its own, like `onboarding/forms`."""
    engine = ROOT / "agrimarket" / package / word
    has_engine = word not in _LAYER_WORDS and (engine.is_dir() or engine.with_suffix(".py").is_file())
    return word in features(package) or has_engine


def test_no_file_carries_its_layer_in_its_name() -> None:
    """`claims_service.py` and `queries_claims.py` would slip past the import contract."""
    composite = re.compile(rf"^(?:(?:{'|'.join(_LAYER_WORDS)})_\w+|\w+_(?:{'|'.join(_LAYER_WORDS)}))$")
    wrong = [
        path.relative_to(ROOT).as_posix()
        for package in packages()
        for path in (ROOT / "agrimarket" / package).rglob("*")
        if path.suffix in (".py", ".html") and composite.match(path.stem)
    ]
    assert wrong == []


def test_a_layer_is_a_file_or_a_folder_but_not_both() -> None:
    folders = [ROOT / "agrimarket" / package / layer for package in packages() for layer in LAYERS]
    assert [str(folder) for folder in folders if folder.is_dir() and folder.with_suffix(".py").exists()] == []


@pytest.mark.parametrize("layer", ["queries", "routes"])
def test_every_word_of_these_layers_is_a_feature(layer: str) -> None:
    wrong = [
        f"{package}/{layer}/{word}"
        for package in packages()
        for word in sorted(words(package, layer))
        if not _is_feature(package, word)
    ]
    assert wrong == []


def test_pages_with_handlers_are_features_and_pieces_have_none() -> None:
    wrong = [
        path.relative_to(ROOT).as_posix()
        for package in packages()
        for path in _modules(f"agrimarket/{package}/pages")
        if not _is_feature(package, path.stem) and any(map(_is_handler, _functions(path)))
    ]
    assert wrong == []


def test_every_schema_that_is_no_feature_is_shared() -> None:
    wrong: list[str] = []
    for package in packages():
        for word in sorted(words(package, "schemas") - set(features(package))):
            use = re.compile(rf"from agrimarket\.{package}\.schemas(?:\.{word} import| import .*\b{word}\b)")
            if sum(bool(use.search(path.read_text(encoding="utf-8"))) for path in _modules("agrimarket")) < 2:
                wrong.append(f"{package}/schemas/{word}")
    assert wrong == []


def test_every_template_is_a_features_or_a_pages() -> None:
    wrong = [
        f"{package}/templates/{template}"
        for package in packages()
        for template in sorted(words(package, "templates"))
        if not any(belongs(template, word) for word in {*features(package), *words(package, "pages")})
    ]
    assert wrong == []


def test_every_feature_with_an_entry_point_has_tests_of_its_name() -> None:
    wrong = [
        f"tests/{package}/test_{word}.py"
        for package in packages()
        for word in sorted(words(package, "routes"))
        if not list((ROOT / "tests" / package).glob(f"test_{word}*.py"))
    ]
    assert wrong == []


def test_the_handlers_of_events_have_the_names_of_packages() -> None:
    assert {path.stem for path in (ROOT / "workers" / "tasks").glob("*.py")} - {"__init__", "kernel"} <= set(packages())


def test_handlers_are_a_few_lines() -> None:
    pages, routes = _handlers("pages"), _handlers("routes")
    assert (len(pages), len(routes)) > (40, 100)
    assert {where: lines for where, lines in pages.items() if lines > PAGE_LINES} == {}
    assert {where: lines for where, lines in routes.items() if lines > ROUTE_LINES} == {}
    assert statistics.median(pages.values()) <= 5
    assert statistics.median(routes.values()) <= 3


def test_tasks_are_a_few_lines() -> None:
    tasks = [(path, function) for path in _modules("workers/tasks") for function in _functions(path)]
    assert len(tasks) > 20
    assert [f"{path.name}:{task.name}" for path, task in tasks if _lines(task) > TASK_LINES] == []


def test_no_file_is_longer_than_a_person_reads() -> None:
    paths = [
        path
        for folder in ("agrimarket", "workers", "seeds")
        for suffix in ("*.py", "*.html")
        for path in sorted((ROOT / folder).rglob(suffix))
    ]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert len(lengths) > 400
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_of_the_product_is_longer_than_a_screen() -> None:
    """Migrations are lists of columns, and the sandbox's parameters are Stripe's: both are left out."""
    paths = [
        path for path in _modules("agrimarket", "workers", "seeds") if not {"migrations", "embedded"} & {*path.parts}
    ]
    found = [(f"{path.relative_to(ROOT)}:{each.name}", _lines(each)) for path in paths for each in _functions(path)]
    assert len(found) > 1_000
    assert [where for where, lines in found if lines > 50] == []
