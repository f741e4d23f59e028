"""Handlers of the mailbox, for programs and for people."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Request, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromQuery, JSONBody, QueryParameter
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import File, Template
from litestar.template.config import TemplateConfig

from agrimarket.embedded.mailbox.store import Letter, SentLetter, Store
from agrimarket.kernel.i18n import negotiate, t

_HERE = Path(__file__).parent
_NOTABLE = re.compile(r"(?P<code>(?<![\d.])\d{6}(?!\d|\.\d))|(?P<link>https?://[^\s<>\"，。；、）]+)")
_CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


@post("/messages", sync_to_thread=True)
def send(data: JSONBody[Letter], request: Request[Any, Any, Any]) -> SentLetter:
    """Take a message and show it on the page."""
    return _store(request).add(data)


@get("/messages", sync_to_thread=True)
def messages(
    request: Request[Any, Any, Any],
    to: FromQuery[str | None] = None,
    after: Annotated[int, QueryParameter(ge=0)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1_000)] = 100,
) -> dict[str, list[SentLetter]]:
    """Sent messages, newest first: only those to `to` if given, and later than the message with the id `after`."""
    return {"items": _store(request).newest(to, after, limit)}


@get("/", sync_to_thread=True)
def page(request: Request[Any, Any, Any], to: FromQuery[str | None] = None) -> Template:
    """Page of the sent messages, for people. It refreshes itself."""
    language = negotiate(request.headers.get("accept-language"))
    letters = _store(request).newest(to, limit=50)
    context = {"letters": letters, "to": to, "language": language, "t": t, "pieces": pieces, "root": _root(request)}
    return Template("mailbox.html", context=context, headers={"content-security-policy": _CSP})


@get("/style.css", cache_control=CacheControlHeader(max_age=3600), sync_to_thread=False)
def stylesheet() -> File:
    """The page's only stylesheet."""
    return File(_HERE / "static" / "style.css", media_type="text/css", content_disposition_type="inline")


def pieces(body: str) -> Iterator[tuple[str, str]]:
    """Pieces of a message as (kind, text); kind is `text`, `code` (six digits) or `link`."""
    end = 0
    for found in _NOTABLE.finditer(body):
        yield "text", body[end : found.start()]
        yield found.lastgroup or "text", found.group()
        end = found.end()
    yield "text", body[end:]


def create_app(path: Path) -> Litestar:
    """Application of a mailbox that keeps its messages in the file `path`."""
    engine = TemplateConfig(directory=_HERE / "templates", engine=JinjaTemplateEngine)

    def open_store(app: Litestar) -> None:
        app.state.store = Store(path)

    return Litestar(
        [send, messages, page, stylesheet],
        on_startup=[open_store],
        template_config=engine,
        openapi_config=None,
        request_max_body_size=100_000,
    )


def _store(request: Request[Any, Any, Any]) -> Store:
    return request.app.state.store


def _root(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")
