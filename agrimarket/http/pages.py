"""Pages: Jinja templates of every package, and the values and helpers that all of them share."""

import hashlib
import re
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request
from litestar.datastructures import Cookie
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.response.base import ASGIResponse
from litestar.template import TemplateConfig
from markupsafe import Markup

from agrimarket.drive import drive
from agrimarket.http.etag import content_tag
from agrimarket.http.language import language_of
from agrimarket.http.problems import STATUS, problem_of, shown_path
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.i18n import percent, render, t
from agrimarket.kernel.principal import Principal
from agrimarket.settings import Settings

_LOCAL = re.compile(r"^/(?![/\\])[^\s\\]*$")
LANGUAGE_NAMES = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}


@cache
def static(name: str) -> str:
    """The address of a file in `http/static`, which changes with its content, so that it may be cached for ever."""
    content = files("agrimarket").joinpath("http", "static", name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


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
    shared: dict[str, Any] = {
        "t": t,
        "show": render,
        "static": static,
        "shown_at": shown_at,
        "drive": drive,
        "percent": percent,
        "languages": languages,
    }
    jinja.globals.update(shared)  # pyright: ignore[reportCallIssue, reportArgumentType]
    jinja.filters["naming_questions"] = naming_questions
    return jinja


_QUESTION = re.compile(r'<(?:label for="([^"]+)"|(?:legend|span) id="([^"]+)-asked")>\s*([^<]*[^<\s])')
_NAMED = re.compile(r'<span data-asked="([^"]+)">([^<]*)</span>')


def naming_questions(body: str) -> Markup:
    """The page with each question, as its form asks it, in front of what the summary says about it.

    The summary stands above the form and knows only the names of its fields, so it is done when the page is complete.
    What people type cannot look like a mark: it is escaped.
    """
    asked = {label or legend: words.rstrip("?？:：") for label, legend, words in _QUESTION.findall(body)}

    def name(mark: re.Match[str]) -> str:
        return f"{asked[mark[1]]}{mark[2]}" if mark[1] in asked else ""

    return Markup(_NAMED.sub(name, body))  # noqa: S704 - nothing but what the template escaped


def languages() -> list[tuple[str, str]]:
    """Codes and own names of the languages that the drive offers."""
    return [(code, LANGUAGE_NAMES[code]) for code in drive().languages]


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """Litestar's template configuration. Every template is given `language`."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))


def render_page(
    request: Request[Any, Any, Any],
    name: str,
    *,
    visitor: Principal | None = None,
    refusal: DomainError | None = None,
    refused_as: int | None = None,
    secret: bool = False,
    **context: Any,
) -> Template:
    """The page `name` in the caller's language. Templates see `language`, `visitor`, `path`, `request`, `csrf_input`.

    A page that is shown again after a `refusal` has its sentences as `errors`, and its status (or `refused_as`), so
    that programs see that nothing was done; without one `errors` is empty. A page with something `secret`, which is
    shown this once, is kept by nobody.
    """
    errors = errors_of(request, refusal) if refusal else {}
    shared = {"language": language_of(request), "visitor": visitor, "path": request.url.path, "errors": errors}
    status = (refused_as or STATUS[refusal.kind]) if refusal else 200
    headers = {"Cache-Control": "no-store"} if secret else None
    return Template(name, context={**shared, **context}, status_code=status, headers=headers)


class Tagged(Template):
    """A page with the entity tag of what is sent: who has it already is answered 304 (`http.negotiation`)."""

    def to_asgi_response(self, *args: Any, **options: Any) -> ASGIResponse:
        """The page, rendered."""
        answer = super().to_asgi_response(*args, **options)
        answer.headers["etag"] = content_tag(answer.body)
        return answer


def tagged(template: Template) -> Template:
    """The page with an entity tag. Browsers may keep it, and ask each time whether it is still what they have."""
    headers = {**template.headers, "Cache-Control": "private, no-cache"}
    return Tagged(
        template.template_name, context=template.context, status_code=template.status_code or 200, headers=headers
    )


def shown_at(request: Request[Any, Any, Any]) -> str:
    """Address where this page can be requested again: its own, or for the answer to a form the nearest above it."""
    path = request.url.path
    if request.method in ("GET", "HEAD"):
        return shown_path(request)
    while path.strip("/"):
        try:
            request.app.asgi_router.handle_routing(path, "GET")
        except (MethodNotAllowedException, NotFoundException):
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"


def see_other(path: str) -> Redirect:
    """Redirect to the next page, so that a reload does not post again."""
    return Redirect(path, status_code=303)


def local_path(text: str | None, otherwise: str = "/") -> str:
    """Path to go on to, if it is on this site; else `otherwise`. Links cannot lead people to other sites."""
    return text if text and len(text) <= 500 and _LOCAL.match(text) else otherwise


def cookie(settings: Settings, name: str, value: str, lasts: timedelta) -> Cookie:
    """Cookie that no script can read and that forms of other sites do not send."""
    secure = settings.over_tls
    age = int(lasts.total_seconds())
    return Cookie(key=name, value=value, max_age=age, httponly=True, samesite="lax", secure=secure, path="/")


def errors_of(request: Request[Any, Any, Any], error: DomainError) -> dict[str, str]:
    """Sentences of a form about `error`: field name → sentence; under `""` if it concerns no single field.

    A pointer `/quantity/grams` is the field `quantity`.
    """
    problem, _ = problem_of(error, request)
    fields = {entry.pointer.strip("/").partition("/")[0]: entry.detail for entry in problem.errors}
    return fields or {"": problem.detail}
