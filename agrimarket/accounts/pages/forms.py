"""Parts that the forms of both kinds of sign-in share: showing them, and the way on from them."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.response import Redirect, Template

from agrimarket.accounts.rules import PHONE_LIFE
from agrimarket.http.csrf import COOKIE as FORM_TOKEN
from agrimarket.http.pages import cookie, local_path, render_page, see_other
from agrimarket.http.principal import COOKIE
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.principal import Principal, Role
from agrimarket.settings import Settings

_SHOWN_AGAIN = ("phone", "code", "email")


def home_of(who: Principal) -> str:
    """Where who was nowhere else lands: staff at their desk, a coach at their queue, others at home."""
    if who.has(Role.OPERATOR):
        return "/desk"
    return "/coach" if who.has(Role.COACH) else "/me"


def show(
    request: Request[Any, Any, Any], name: str, typed: Mapping[str, str], refusal: DomainError | None = None
) -> Template:
    """Page of the form `name` with what was typed, except passwords, and the sentence of the refusal."""
    return render_page(
        request,
        name,
        refusal=refusal,
        values={"phone": "", **{field: typed[field] for field in _SHOWN_AGAIN if field in typed}},
        next=local_path(typed.get("next"), ""),
    )


def signed_in(settings: Settings, token: str, who: Principal, following: str | None) -> Redirect:
    """Redirect to the page `following` or home, with the cookie of the new session. The market is nobody's errand."""
    path = local_path(following)
    answer = see_other(home_of(who) if path == "/" else path)
    answer.set_cookie(cookie(settings, COOKIE, token, PHONE_LIFE))
    answer.delete_cookie(FORM_TOKEN)
    return answer
