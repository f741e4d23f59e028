"""CSRF tokens of forms: signed, the same as in a cookie, and unknown to pages of other sites.

Who can plant a cookie, as a host beside ours can, knows one all the same. So what a browser says was sent by another
site is refused with any token.

Litestar's own check keeps a cookie that it can no longer verify, so that after a change of the secret every form
would be refused until the browser is closed; it also answers 500 to a token that is not ASCII.
"""

import hmac
import re
from collections.abc import Callable
from typing import ClassVar

from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.middleware.csrf import generate_csrf_hash, generate_csrf_token
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from agrimarket.http.problems import AnyRequest, from_elsewhere, refusing
from agrimarket.kernel.errors import DomainError, Kind

COOKIE = "csrftoken"
FIELD = "_csrf_token"
HEADER = "x-csrftoken"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_SECRET_PART = 64
_KEY_LENGTH = 32
_NO_FORMS = re.compile(
    r"^/(v1|webhooks|schema|static|photos)(/|$)|^/(health|ready|metrics)$|^/listings/[^/]+/card\.png$"
)
"""Paths without a token: the API takes no cookies, webhooks are signed, and the others take no forms."""


class FormStale(DomainError):
    """The form's token is not this browser's (403): the page was open for too long, or is another site's."""

    code: ClassVar[str] = "form.stale"
    kind = Kind.FORBIDDEN


def _genuine(token: str, secret: str) -> bool:
    made = generate_csrf_hash(token[:_SECRET_PART], secret)
    return len(token) > _SECRET_PART and hmac.compare_digest(token[_SECRET_PART:].encode(), made.encode())


def form_tokens(secret: str, *, secure: bool) -> Callable[[ASGIApp], ASGIApp]:
    """ASGI middleware that checks forms' tokens. A browser without a cookie of ours gets one, even with a refusal.

    `ValueError` for a key that could be guessed.
    """
    if len(secret) < _KEY_LENGTH:
        raise ValueError(f"AGRIMARKET_SECRET_KEY must be at least {_KEY_LENGTH} characters")

    def around(app: ASGIApp) -> ASGIApp:
        async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or _NO_FORMS.match(scope["path"]):
                await app(scope, receive, send)
                return
            request: AnyRequest = scope["litestar_app"].request_class(scope, receive)
            given = request.cookies.get(COOKIE, "")
            known = _genuine(given, secret)
            token = given if known else generate_csrf_token(secret)
            ScopeState.from_scope(scope).csrf_token = token

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start" and not known:
                    cookie = Cookie(COOKIE, value=token, path="/", httponly=True, secure=secure, samesite="lax")
                    MutableScopeHeaders.from_message(message).add("set-cookie", cookie.to_header(header=""))
                await send(message)

            if scope["method"] in _SAFE or (await _carries(request, token) and known and not from_elsewhere(request)):
                await app(scope, receive, answer)
            else:
                await refusing(FormStale())(scope, receive, answer)

        return wrapped

    return around


async def _carries(request: AnyRequest, token: str) -> bool:
    form = await request.form()  # always read: for strictness, and for the page that offers to send it again
    carried = request.headers.get(HEADER) or form.get(FIELD)
    return isinstance(carried, str) and hmac.compare_digest(carried.encode(), token.encode())
