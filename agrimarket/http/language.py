"""The caller's language: the page's own choice (a cookie), else `Accept-Language`."""

from typing import Any

from litestar import Request

from agrimarket.kernel.i18n import LANGUAGES, negotiate

COOKIE = "language"


def language_of(request: Request[Any, Any, Any]) -> str:
    """Language of the answer, one of `LANGUAGES`."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES and not request.scope["path"].startswith("/v1/"):
        return str(chosen)
    return negotiate(request.headers.get("accept-language"))
