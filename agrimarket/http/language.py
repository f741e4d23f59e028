"""The caller's language: the page's own choice (a cookie), else `Accept-Language`."""

from typing import Any

from litestar import Request

from agrimarket.http.negotiation import depends_on
from agrimarket.kernel.i18n import LANGUAGES, negotiate

COOKIE = "language"


def language_of(request: Request[Any, Any, Any]) -> str:
    """One of `LANGUAGES`."""
    if not request.scope["path"].startswith("/v1/"):
        depends_on(request, "Cookie")
        chosen = request.cookies.get(COOKIE)
        if chosen in LANGUAGES:
            return str(chosen)
    depends_on(request, "Accept-Language")
    return negotiate(request.headers.get("accept-language"))
