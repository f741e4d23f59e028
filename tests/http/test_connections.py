"""One connection to a real server: what follows a refusal is answered, and who leaves in the middle has not failed."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running import Running, running, wait_until

POST = b"POST /v1/lots HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\n%b\r\n"
GET = b"GET /v1/products HTTP/1.1\r\nHost: farm.example:8000\r\nAccept-Language: en\r\n\r\n"
HOST = b"farm.example"


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("server")
    hosts = json.dumps(["127.0.0.1", "farm.example", "*.farm.example"])
    with running(folder, AGRIMARKET_ALLOWED_HOSTS=hosts) as system:
        system.api()
        yield system


class Line:
    """A connection on which requests are written byte by byte."""

    def __init__(self, system: Running) -> None:
        self.socket = socket.create_connection(("127.0.0.1", system.port), timeout=30)
        self.file = self.socket.makefile("rb")

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        status = int(self.file.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return status, headers, self.file.read(int(headers.get("content-length", "0")))


@pytest.mark.parametrize("size", [1_100_000, 5_000_000])
def test_after_a_body_too_large_the_next_request_is_answered(system: Running, size: int) -> None:
    for _ in range(10):
        line = Line(system)
        line.send(POST % (HOST, b"Content-Length: %d\r\n" % size) + b"x" * size)
        status, headers, _ = line.answer()
        assert status in (401, 413)
        assert "connection" not in headers
        line.send(GET)
        assert line.answer()[0] == 200


def test_without_an_end_the_connection_is_closed_and_says_so(system: Running) -> None:
    line = Line(system)
    line.send(POST % (HOST, b"Content-Length: 90000000\r\nExpect: 100-continue\r\n"))
    status, headers, _ = line.answer()
    assert (status, headers["connection"]) == (401, "close")
    assert line.file.read() == b""


def test_who_leaves_in_the_middle_has_not_failed(system: Running) -> None:
    (log,) = (child.log for child in system.children)
    before = log.read_text(encoding="utf-8").count('"status":499')
    body = b'/webhooks/stripe HTTP/1.1\r\nHost: farm.example\r\nContent-Length: 900\r\n\r\n{"a": '
    for _ in range(5):
        line = Line(system)
        line.send(b"POST " + body)
        line.socket.shutdown(socket.SHUT_RDWR)
        line.socket.close()
    wait_until(lambda: log.read_text(encoding="utf-8").count('"status":499') >= before + 5, 20, "the log's lines")
    text = log.read_text(encoding="utf-8")
    assert "Traceback" not in text
    assert '"status":500' not in text
    line = Line(system)
    line.send(b"GET /metrics HTTP/1.1\r\nHost: farm.example\r\nAuthorization: Bearer \xc3\xa9\r\n\r\n")
    assert line.answer()[0] in (200, 401)


@pytest.mark.parametrize("path", [b"/v1/auth/codes", b"/v1/lots", b"/sign-in/code", b"/webhooks/stripe", b"/nowhere"])
@pytest.mark.parametrize("chunks", [b"ZZ\r\n", b"2\r\n{}\r\nZZ\r\n", b"F" * 18 + b"\r\n", b"2\r\n{}XX\r\n0\r\n\r\n"])
def test_chunks_that_are_none_are_refused_by_us_and_not_by_the_server(
    system: Running, path: bytes, chunks: bytes
) -> None:
    line = Line(system)
    head = b"Host: %b\r\nContent-Type: application/json\r\nAccept-Language: en\r\nTransfer-Encoding: chunked\r\n\r\n"
    line.send(b"POST " + path + b" HTTP/1.1\r\n" + head % HOST + chunks)
    status, headers, body = line.answer()
    assert (status < 500, headers["content-type"]) == (True, "application/problem+json"), body
    assert headers["connection"] == "close"


@pytest.mark.parametrize("host", [b"farm.example", b"FARM.example:443", b"a.farm.example:1", b"127.0.0.1"])
def test_a_host_of_ours_is_answered_on_any_port(system: Running, host: bytes) -> None:
    line = Line(system)
    line.send(GET.replace(b"farm.example:8000", host))
    assert line.answer()[0] == 200


@pytest.mark.parametrize(
    "host", [b"evil.example", b"farm.example.evil", b"evilfarm.example", b"[::1]:80", b"farm.example:80@evil"]
)
def test_another_host_gets_a_problem_in_its_callers_language(system: Running, host: bytes) -> None:
    line = Line(system)
    line.send(GET.replace(b"farm.example:8000", host))
    status, headers, body = line.answer()
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert json.loads(body)["code"] in ("host.unknown", "bad_request")


@pytest.mark.parametrize(
    "hosts",
    [
        b"",
        b"Host: farm.example\r\nHost: evil.example\r\n",
        b"Host: farm.example:99999\r\n",
        b"Host: farm.example/x\r\n",
    ],
    ids=["none", "two", "no port", "no name"],
)
@pytest.mark.parametrize("path", [b"/v1/products", b"/"])
def test_a_host_is_named_once_and_is_one(system: Running, path: bytes, hosts: bytes) -> None:
    line = Line(system)
    line.send(b"GET " + path + b" HTTP/1.1\r\n" + hosts + b"\r\n")
    assert line.answer()[0] == 400


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/v1/products?" + b"a" * 13_000, 414),
        (b"/v1/" + b"a" * 3_000, 414),
        (b"/v1/listings?q=\xe8\x8d\x89", 200),
        (b"/v1/listings?q=%FF", 422),
        (b"/v1/listings/%00", 404),
        (b"/v1/listings/%ff%zz%", 404),
    ],
)
def test_odd_addresses_are_told_apart(system: Running, target: bytes, status: int) -> None:
    line = Line(system)
    line.send(GET.replace(b"/v1/products", target))
    found, headers, _ = line.answer()
    assert (found, headers["content-type"].partition(";")[0]) == (
        status,
        "application/json" if status == 200 else "application/problem+json",
    )


def test_invented_methods_are_one_in_the_metrics(system: Running) -> None:
    for number in range(50):
        line = Line(system)
        line.send(GET.replace(b"GET", b"INVENTED%d" % number))
        assert line.answer()[0] == 405
    line = Line(system)
    line.send(GET.replace(b"/v1/products", b"/metrics"))
    metrics = line.answer()[2].decode()
    assert "INVENTED" not in metrics
    assert 'method="other"' in metrics
