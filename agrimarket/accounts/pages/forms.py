"""What the forms of both kinds of sign-in share: showing them, and where they lead."""

import re
from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template

from agrimarket.accounts.rules import PHONE_LIFE
from agrimarket.http.pages import errors_of, render_page, see_other
from agrimarket.http.principal import COOKIE
from agrimarket.http.problems import STATUS
from agrimarket.kernel.errors import DomainError
from agrimarket.settings import Settings

_LOCAL = re.compile(r"^/(?![/\\])[^\s\\]*$")
_SHOWN_AGAIN = ("phone", "code", "email")


def local_path(text: str | None) -> str:
    """The path to go on to, if it is on this site; else the home page. Keeps links from leading people elsewhere."""
    return text if text and len(text) <= 500 and _LOCAL.match(text) else "/"


def show(
    request: Request[Any, Any, Any], name: str, typed: Mapping[str, str], refusal: DomainError | None = None
) -> Template:
    """The form `name` with what was typed, except passwords, and with what is wrong."""
    return render_page(
        request,
        name,
        status_code=STATUS[refusal.kind] if refusal else 200,
        values={"phone": "", **{field: typed[field] for field in _SHOWN_AGAIN if field in typed}},
        errors=errors_of(request, refusal) if refusal else {},
        next=local_path(typed.get("next")),
    )


def signed_in(settings: Settings, token: str, following: str | None) -> Redirect:
    """On to the page `following`, with the cookie of the new session."""
    answer = see_other(local_path(following))
    answer.set_cookie(cookie(settings, COOKIE, token, int(PHONE_LIFE.total_seconds())))
    return answer


def cookie(settings: Settings, name: str, value: str, seconds: int) -> Cookie:
    """A cookie for `seconds` that no script can read and other sites' forms do not send."""
    secure = settings.base_url.startswith("https://")
    return Cookie(key=name, value=value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")
