"""Whatever bytes stand in whatever position of a request: no 5xx, and a problem document in the caller's language."""

import asyncio
import json
import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from agrimarket.http import examples
from tests.api.conftest import World
from tests.api.test_openapi import DOCUMENT, OPERATIONS, SCHEMAS, _address, _resolved

HAN = re.compile("[\u4e00-\u9fff]")
ODD = (
    b"",
    b"\xff",
    b"%FF",
    b"\xc3\xa9",
    b"%00",
    b"%ED%A0%80",
    b"%E2%80%AE",
    b"%zz",
    b"%",
    b"%D9%A1%D9%A2",
    b"NaN",
    b"1e400",
    b"-1",
    b"9" * 400,
    b"[" * 300,
    b"WzFd",
    b"W1tbW1tbW10",
    b"9999-12-31T23:59:59-23:59",
    b"0001-01-01T00:00:00%2B23:59",
    b"9999-12-31",
    b"null",
    b"'--",
    b"%0D%0Aa:b",
    b"..%2F..%2Fetc",
    b"\xf0\x9f\x8d\x93",
    b"Bearer \xc3\xa9",
    b"a=\xe9; b",
)
"""Bytes for a parameter of an address, or for a header."""
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"7",
    b'"x"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    rb'{"a": "\ud800"}',
    rb'{"a": "\u0000"}',
    b'{"a": NaN}',
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b"9" * 5_000,
    b'{"a": 1, "a": 2}',
    b"a=%FF&b=%00",
    b"--x\r\n\r\n",
    b"\0" * 100,
)
KINDS = (
    b"application/json",
    b"application/json; charset=\xff",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data; boundary=\xc3\xa9",
    b"text/plain",
    b"",
    b"\xff",
    b"application/json; charset=utf-7",
)
FIELDS = (
    "\0",
    "\u202e",
    "١٢",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31",
    "0001-01-01",
    "9" * 5_000,
    10**400,
    -(2**63) - 1,
    1e308,
    None,
    True,
    [],
    {},
    [[[]]],
    "",
    "é",
    "\ud83d\ude00",
)
HEADERS = (
    b"authorization",
    b"cookie",
    b"accept",
    b"content-type",
    b"content-length",
    b"if-match",
    b"if-none-match",
    b"idempotency-key",
    b"x-request-id",
    b"x-forwarded-for",
    b"host",
    b"user-agent",
    b"accept-encoding",
    b"cache-control",
    b"expect",
    b"range",
    b"stripe-signature",
    b"tus-resumable",
    b"upload-length",
    b"upload-offset",
    b"upload-metadata",
    b"origin",
)
TRIES = 12
Asked = tuple[str, bytes, bytes, list[tuple[bytes, bytes]], bytes]


def _requests(world: World, method: str, path: str, luck: random.Random) -> Iterator[Asked]:
    """Requests of that operation, each with something odd in one position."""
    declared = DOCUMENT["paths"][path][method]
    parameters = [_resolved(one) for one in declared.get("parameters", ())]
    where = _address(world, path).encode()
    mine = [(name.lower().encode(), value.encode()) for name, value in world.signed_in("operator").items()]
    headers = [
        *mine,
        (b"accept-language", b"zh-Hans"),
        (b"content-type", b"application/json"),
        (b"host", b"testserver"),
    ]
    media = declared.get("requestBody", {}).get("content", {})
    body: Any = {}
    if "application/json" in media:
        found = examples.example(media["application/json"]["schema"], SCHEMAS)
        body = found if isinstance(found, dict) else {}
    content = json.dumps(body).encode()
    for piece in re.findall(r"{(\w+)}", path):
        for odd in luck.sample(ODD, 3):
            plain = re.sub(rf"{{{piece}}}", "ODD", path)
            at = re.sub(r"{\w+}", "x", plain).encode().replace(b"ODD", odd.replace(b"?", b"%3F"))
            yield method, at, b"", headers, content
    for parameter in (one for one in parameters if one["in"] == "query"):
        name = parameter["name"].encode()
        for odd in luck.sample(ODD, 3):
            yield method, where, name + b"=" + odd, headers, content
        yield method, where, name + b"=1&" + name + b"=2", headers, content
    for odd in luck.sample(ODD, 2):
        yield method, where, odd + b"=" + odd, headers, content
    for name in luck.sample(HEADERS, TRIES):
        odd = luck.choice(ODD)
        yield method, where, b"", [*((key, value) for key, value in headers if key != name), (name, odd)], content
    for odd in luck.sample(BODIES, 4):
        kind = (b"content-type", luck.choice(KINDS))
        yield method, where, b"", [*(one for one in headers if one[0] != b"content-type"), kind], odd
    for field in luck.sample(sorted(body), min(4, len(body))):
        for odd in luck.sample(FIELDS, 3):
            yield method, where, b"", headers, json.dumps({**body, field: odd}).encode()


async def _answer(world: World, asked: Asked) -> tuple[int, dict[str, str], bytes]:
    method, path, query, headers, content = asked
    told: dict[str, Any] = {"body": b""}
    left = [{"type": "http.request", "body": content, "more_body": False}, {"type": "http.disconnect"}]

    async def receive() -> Any:
        return left.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told["status"] = message["status"]
            told["headers"] = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            told["body"] += message.get("body", b"")

    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": "http",
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    await world.app(scope, receive, send)
    return told["status"], told["headers"], told["body"]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), [pytest.param(*each, id=" ".join(each)) for each in OPERATIONS])
def test_odd_bytes_in_every_position(world: World, runner: asyncio.Runner, method: str, path: str) -> None:
    luck = random.Random(f"{method} {path}")  # the same tries in every run
    for asked in _requests(world, method, path, luck):
        status, headers, body = runner.run(_answer(world, asked))
        about = (asked[:4], asked[4][:200], status, body[:600])
        assert status < 500, about
        if status < 400:
            continue
        assert headers["content-type"] == "application/problem+json", about
        problem = json.loads(body)
        assert HAN.search(problem["detail"]), about
        assert all(HAN.search(error["detail"]) for error in problem["errors"]), about
