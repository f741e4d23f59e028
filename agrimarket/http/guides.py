"""Guides for people who write programs: the Markdown of `docs/guides`, as pages at `/guides`.

`agrimarket/guides` is a link to that folder, through which the texts come into the wheel.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from markupsafe import Markup

from agrimarket.http.handlers import page
from agrimarket.http.markdown import html_of, parsed
from agrimarket.http.pages import render_page
from agrimarket.kernel.errors import NotFound
from agrimarket.settings import Settings

NAMES = ("getting-started", "api-keys", "forms", "feeds")
"""The guides that are shown, in the order in which a newcomer reads them."""
SITE = "http://127.0.0.1:8000"
MAILBOX = "http://127.0.0.1:8001/mailbox"
"""Addresses in the texts, which stand for those of the system that shows them."""
_RELATIVE = re.compile(r"^(?P<name>[a-z-]+)\.md(?P<anchor>#.*)?$")


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: its name in the address, its title, what it is about in a paragraph, and all of it, as HTML."""

    name: str
    title: str
    about: Markup
    html: Markup


@page("/guides")
def list_guides(request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Template:
    """Every guide, with what it is about."""
    return render_page(request, "guides.html", guides=[_guide(name, settings) for name in NAMES])


@page("/guides/{name:str}")
def show_guide(name: FromPath[str], request: Request[Any, Any, Any], settings: NamedDependency[Settings]) -> Template:
    """One guide, with the addresses of this system in it; its text is in English."""
    if name not in NAMES:
        raise NotFound
    return render_page(request, "guide.html", guide=_guide(name, settings))


def text_of(name: str, site: str = SITE, mailbox: str = "") -> str:
    """The Markdown of a guide for a system at `site`, whose mailbox is at `mailbox` where it has one."""
    text = files("agrimarket").joinpath("guides", f"{name}.md").read_text(encoding="utf-8")
    return text.replace(SITE, site).replace(MAILBOX, mailbox or MAILBOX)


def _guide(name: str, settings: Settings) -> Guide:
    return rendered(name, settings.base_url, settings.mailbox_url)


@cache
def rendered(name: str, site: str = SITE, mailbox: str = "") -> Guide:
    """A guide as HTML: headings have ids, links lead to the site's pages."""
    tokens = parsed(text_of(name, site, mailbox))
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            token.attrSet("id", slug(following.content))
        for inner in token.children or ():
            if inner.type == "link_open":
                inner.attrSet("href", _address(str(inner.attrGet("href")), site))
    title = next(token.content for token in tokens if token.type == "inline")
    body = tokens[3:]  # without the title, which the page's heading is
    return Guide(name, title, html_of(body[:3]), html_of(body))


def _address(href: str, site: str) -> str:
    """Where a link of the texts leads on the site: `forms.md` to that guide, `SITE/schema` to the page here."""
    found = _RELATIVE.match(href)
    return f"/guides/{found['name']}{found['anchor'] or ''}" if found else href.removeprefix(site)


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it too: `## 2. Sign in` is `#2-sign-in`."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


GUIDES: list[ControllerRouterHandler] = [list_guides, show_guide]
