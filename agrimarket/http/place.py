"""The place to which a reader of the market wants things sent: a cookie with its code, and nothing about them."""

from datetime import timedelta
from typing import Any

from litestar import Request

from agrimarket.http.negotiation import depends_on

COOKIE = "place"
KEPT_FOR = timedelta(days=180)
"""Time for which a chosen place is remembered."""
_DIGITS = 6


def place_of(request: Request[Any, Any, Any]) -> str:
    """Code of GB/T 2260 that the reader chose; "" for none. It may be one that no longer exists."""
    depends_on(request, "Cookie")
    code = request.cookies.get(COOKIE, "")
    return code if len(code) == _DIGITS and code.isascii() and code.isdecimal() else ""
