"""Pages: Jinja templates of every package, and what all of them share."""

from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from agrimarket.kernel.i18n import LANGUAGES, render, t

LANGUAGE_NAMES = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}


def environment() -> Environment:
    """Jinja with each package's `templates/` folder, autoescaping, and no silent undefined names."""
    folders = [entry.joinpath("templates") for entry in files("agrimarket").iterdir() if entry.is_dir()]
    jinja = Environment(
        loader=ChoiceLoader([FileSystemLoader(str(folder)) for folder in folders if folder.is_dir()]),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shared: dict[str, Any] = {"t": t, "show": render, "LANGUAGES": LANGUAGES, "LANGUAGE_NAMES": LANGUAGE_NAMES}
    jinja.globals.update(shared)  # pyright: ignore[reportCallIssue, reportArgumentType]
    return jinja


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """Litestar's template configuration. Every template is given `language`."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))
