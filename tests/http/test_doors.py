"""What is told before a handler looks: hosts that are none, compressed bodies, and which methods are taken."""

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, Request
from litestar.testing import TestClient

from agrimarket.http.doors import METHODS, Doors
from agrimarket.http.idempotency import idempotency_of
from agrimarket.kernel.errors import DomainError
from agrimarket.kernel.idempotency import KeyMalformed

HTML = {"accept": "text/html"}
Client = TestClient[Litestar]


def _refusal(doors: Doors, *headers: tuple[bytes, bytes]) -> DomainError | None:
    scope: Any = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": list(headers)}
    return doors.refusal(scope)


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_whatever_calls_itself_a_host_is_taken_or_refused(host: str) -> None:
    refused = _refusal(Doors(["*"]), (b"host", host.encode("latin-1")))
    assert refused is None or refused.code == "host.unknown"


@pytest.mark.parametrize(
    "host", ["farm.example:65536", "farm.example:99999", "[::1", "a@b", "a/b", "a b", "农.example"]
)
def test_no_address_of_ours_is_built_with_a_host_that_is_none(host: str) -> None:
    refused = _refusal(Doors(["*"]), (b"host", host.encode("utf-8")))
    assert refused is not None
    assert refused.code == "host.unknown"


@pytest.mark.parametrize(
    "host", ["farm.example", "FARM.example:65535", "127.0.0.1:80", "[::1]:8000", "xn--fiq.example"]
)
def test_a_host_that_is_one_comes_in(host: str) -> None:
    assert _refusal(Doors(["*"]), (b"host", host.encode())) is None


def test_a_compressed_body_is_not_called_broken_json(client: Client) -> None:
    body = gzip.compress(b'{"phone": "+8613800000001"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip", "accept-language": "en"}
    answer = client.post("/v1/auth/codes", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "body.encoded")
    plain = client.post("/v1/auth/codes", json={"phone": "x"}, headers={"content-encoding": "identity"})
    assert plain.json()["code"] == "invalid_fields"


def test_every_address_tells_all_the_methods_that_it_takes(client: Client, shared_app: tuple[Litestar, Any]) -> None:
    for route in shared_app[0].routes:
        taken = {str(method) for method in getattr(route, "methods", ())} & METHODS
        path = "/".join("x" if part.startswith("{") else part for part in route.path.split("/"))
        if not taken or "{" in path or path.startswith("/static"):
            continue
        taken |= {"HEAD"} if "GET" in taken else set()
        told = client.options(path)
        assert set(told.headers["allow"].split(", ")) >= taken, path
        refused = client.request("FOO", path)
        assert (refused.status_code, set(refused.headers["allow"].split(", ")) >= taken) == (405, True), path


@pytest.mark.parametrize("origin", ["http://[::1", "http://[", "//", "null", "http://a]b", "\x7f"])
@pytest.mark.parametrize("with_token", [True, False])
def test_an_origin_that_is_none_is_refused_and_no_fault(client: Client, origin: str, with_token: bool) -> None:
    page = client.get("/", headers=HTML)
    token = page.text.partition('name="_csrf_token" value="')[2].partition('"')[0] if with_token else ""
    data = {"language": "en", "next": "/", "_csrf_token": token}
    answer = client.post("/language", data=data, headers={**HTML, "origin": origin})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"origin": "http://testserver.local"}, 303),
        ({}, 303),
    ],
)
def test_a_planted_cookie_and_its_token_do_not_help_another_site(
    client: Client, headers: dict[str, str], status: int
) -> None:
    page = client.get("/", headers=HTML)
    token = page.text.partition('name="_csrf_token" value="')[2].partition('"')[0]
    data = {"language": "en", "next": "/", "_csrf_token": token}
    answer = client.post("/language", data=data, headers={**HTML, **headers}, follow_redirects=False)
    assert answer.status_code == status


@pytest.mark.parametrize("keys", [[b"one", b"two"], [b"one", b"one"], [b""], [b"x" * 256], [b"\xe2\x80\x8b"]])
def test_of_several_idempotency_keys_none_is_chosen(keys: list[bytes]) -> None:
    headers = [(b"idempotency-key", key) for key in keys]
    scope: Any = {"type": "http", "method": "POST", "path": "/", "headers": headers, "state": {}}
    with pytest.raises(KeyMalformed):
        idempotency_of(Request(scope), None, b"")
