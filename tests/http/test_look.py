"""The stylesheet: as light as the design asks, and nothing in it that no page uses."""

import re
from importlib.resources import files
from pathlib import Path

import agrimarket

WRITTEN = files("agrimarket").joinpath("http", "static", "site.css").read_text()
STYLES = re.sub(r"(?s)/\*.*?\*/", "", WRITTEN)


def test_the_stylesheet_is_light() -> None:
    assert len(WRITTEN.encode()) < 20_000


def test_every_class_of_the_stylesheet_is_on_a_page() -> None:
    root = Path(agrimarket.__file__).parent
    pages = [*root.glob("*/templates/**/*.html"), *root.glob("*/pages/**/*.py"), *root.glob("*/service/**/*.py")]
    written = " ".join(page.read_text() for page in [*pages, *root.glob("http/**/*.py"), *root.glob("*/states.py")])
    used = set(re.findall(r"(?<![\w-])[a-z][\w-]*(?![\w-])", written))
    assert set(re.findall(r"\.([a-z][\w-]*)", re.sub(r"\d\.\d+|url\([^)]*\)", "", STYLES))) - {"htmx-request"} <= used


def test_no_rule_is_written_twice() -> None:
    rules = [rule.strip() for rule in re.findall(r"[^{}]+\{[^{}]*\}", re.sub(r"@media[^{]*\{", "", STYLES))]
    assert not {rule for rule in rules if rules.count(rule) > 1}
