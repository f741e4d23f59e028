"""What is refused before anything looks at a request.

A host that is not ours, an address or headers without end, a body that is compressed.
"""

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote_from_bytes

from litestar.types import HTTPScope

from agrimarket.kernel.errors import DomainError, Kind

MAX_PATH = 2_000
"""Characters of an address without its query."""
MAX_QUERY = 12_000
"""Bytes of a query; an address that was written by a page is far shorter."""
MAX_HEADERS = 32_000
"""Bytes of all headers. Several caches of the framework keep what they have read, so that it has to have an end."""
_PORT = re.compile(r":[0-9]*\Z")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%!$&'()*+,;=-]+)(?::([0-9]{0,5}))?")
_LAST_PORT = 65_535
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""What metrics call any other method: anybody can invent one."""


class HostUnknown(DomainError):
    """The request is for a host that is not ours (400)."""

    code: ClassVar[str] = "host.unknown"
    kind = Kind.UNREADABLE


class BodyEncoded(DomainError):
    """The body is compressed, and nothing here takes it so (415)."""

    code: ClassVar[str] = "body.encoded"
    kind = Kind.UNSUPPORTED


class AddressTooLong(DomainError):
    """The address is longer than any of ours (414)."""

    code: ClassVar[str] = "address.too_long"
    kind = Kind.ADDRESS_TOO_LONG


class HeadersTooLarge(DomainError):
    """The headers are larger than any client of ours sends (431)."""

    code: ClassVar[str] = "headers.too_large"
    kind = Kind.HEADERS_TOO_LARGE


class Doors:
    """The checks of one application, which answers requests for `hosts`."""

    def __init__(self, hosts: Sequence[str]) -> None:
        """`hosts` are names, with a port or for all of them; `*.name` is every host below, `*` is any host."""
        self._any = "*" in hosts
        self._named = frozenset(host.lower() for host in hosts if not host.startswith("*."))
        self._below = tuple(host[1:].lower() for host in hosts if host.startswith("*."))

    def refusal(self, scope: HTTPScope) -> DomainError | None:
        """Why the request is refused; None if it may come in."""
        headers = scope["headers"]
        hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
        if len(hosts) != 1 or not well_formed(hosts[0]) or not self.know(hosts[0]):
            return HostUnknown()
        if any(name == b"content-encoding" and value.strip().lower() != b"identity" for name, value in headers):
            return BodyEncoded()
        if len(scope["path"]) > MAX_PATH or len(scope["query_string"]) > MAX_QUERY:
            return AddressTooLong()
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
            return HeadersTooLarge()
        return None

    def know(self, host: str) -> bool:
        """Whether a `Host` is one of ours, on whatever port unless only one is listed."""
        host = host.lower()
        name = _PORT.sub("", host)
        return self._any or host in self._named or name in self._named or name.endswith(self._below)


def well_formed(host: str) -> bool:
    """Whether a `Host` is a name or an address, perhaps with a port, that an address of ours could be built with."""
    found = _HOST.fullmatch(host)
    return found is not None and int(found[1] or 0) <= _LAST_PORT


def method_of(scope: HTTPScope) -> str:
    """The request's method as metrics name it, out of a closed set."""
    return str(scope["method"]) if scope["method"] in METHODS else OTHER


def ascii_query(scope: HTTPScope) -> None:
    """Percent-encode what a client left as it is in its query, so that all who read it read UTF-8."""
    if not scope["query_string"].isascii():
        scope["query_string"] = quote_from_bytes(scope["query_string"], safe="%&=+;,/?:@!$'()*~").encode()
