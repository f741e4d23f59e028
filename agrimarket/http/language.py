"""The caller's language: the page's own choice (a cookie), else `Accept-Language`."""

from typing import Any

from litestar import Request

from agrimarket.drive import drive
from agrimarket.http.negotiation import depends_on
from agrimarket.kernel.i18n import negotiate

COOKIE = "language"


def language_of(request: Request[Any, Any, Any]) -> str:
    """One of the drive's languages."""
    if not request.scope["path"].startswith("/v1/"):
        depends_on(request, "Cookie")
        chosen = request.cookies.get(COOKIE)
        if chosen in drive().languages:
            return str(chosen)
    depends_on(request, "Accept-Language")
    return negotiate(request.headers.get("accept-language"))
