"""The client's address, behind proxies and in IPv6."""

from typing import Any

import pytest
from litestar import Litestar, Request
from litestar.testing import RequestFactory, TestClient

from agrimarket.http.client import client_address, client_network

Client = TestClient[Litestar]


def _request(**headers: str) -> Request[Any, Any, Any]:
    return RequestFactory().get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("forwarded", "proxies", "seen"),
    [
        ("1.2.3.4", 0, None),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("1.2.3.4", 2, None),
        ("nonsense", 1, None),
    ],
)
def test_a_forwarded_address_is_believed_for_as_many_hops_as_there_are_proxies(
    forwarded: str, proxies: int, seen: str | None
) -> None:
    peer = client_address(_request(), 0)
    assert client_address(_request(x_forwarded_for=forwarded), proxies) == (seen or peer)


def test_an_ipv6_subscriber_is_one_network() -> None:
    networks = {
        client_network(_request(x_forwarded_for=address), 1) for address in ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")
    }
    assert networks == {"2001:db8:1:2::/64"}
