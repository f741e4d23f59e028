"""Origin of a request: address, network and device."""

import ipaddress
from functools import lru_cache
from typing import Any

from litestar import Request
from litestar.types import HTTPScope


def client_address(request: Request[Any, Any, Any], trusted_proxies: int) -> str:
    """The caller's IP address; `unknown` on a socket without one.

    `X-Forwarded-For` is believed for as many hops as there are proxies in front (`settings.trusted_proxies`): each
    appends the address it was called from, so that anything a caller wrote is further left.
    """
    peer = request.client.host if request.client else "unknown"
    if trusted_proxies <= 0:
        return peer
    hops = [hop.strip() for line in request.headers.getall("x-forwarded-for", []) for hop in line.split(",")]
    chain = [*hops, peer]
    candidate = chain[-trusted_proxies - 1] if len(chain) > trusted_proxies else peer
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return peer


def client_network(request: Request[Any, Any, Any], trusted_proxies: int) -> str:
    """What rate limits count by: the address, or of an IPv6 one its /64, all of which one subscriber has."""
    return _network(client_address(request, trusted_proxies))


def network_of(scope: HTTPScope, trusted_proxies: int) -> str:
    """`client_network` of a request that nobody has looked at yet."""
    if trusted_proxies <= 0:
        return _network(scope["client"][0] if scope["client"] else "unknown")
    return client_network(Request(scope), trusted_proxies)


@lru_cache(maxsize=4_096)
def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else address


def device_of(request: Request[Any, Any, Any]) -> str:
    """The caller's browser or program, by which people recognise a session of theirs."""
    return "".join(c for c in request.headers.get("user-agent", "") if c.isprintable())[:200]
