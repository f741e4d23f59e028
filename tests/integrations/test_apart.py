"""The pool of processes apart: bounded, cheap to start, and whatever happens in one happens to nobody else."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agrimarket.integrations.apart import pool, server
from agrimarket.integrations.apart.pool import Busy, Pool
from agrimarket.integrations.apart.wire import Reason, Refused
from tests.integrations.pictures import picture


@pytest.fixture
def small() -> Iterator[Pool]:
    """A pool of one process, for whose turn one caller may wait."""
    pool = Pool(at_once=1, waiting=1)
    yield pool
    pool.close()


def test_callers_beyond_those_that_may_wait_are_told_to_come_back(small: Pool) -> None:
    content = picture("PNG", (3_000, 3_000))
    small.run("picture", content, side=320)
    with ThreadPoolExecutor(6) as threads:
        answers = [threads.submit(small.run, "picture", content, side=320) for _ in range(6)]
    refusals = [error for answer in answers if (error := answer.exception())]
    assert {type(error) for error in refusals} == {Busy}
    assert 1 <= len(refusals) <= 4
    assert all(isinstance(error, Busy) and error.retry_after for error in refusals)
    assert small.run("picture", content, side=320).facts == {"width": 320, "height": 320}


def test_a_server_that_is_gone_is_started_anew(small: Pool) -> None:
    for _ in range(3):
        assert small.run("picture", picture(), side=320).facts["width"] == 320
        assert small.server is not None
        os.kill(small.server.pid, signal.SIGKILL)
        small.server.wait()


def test_a_server_that_cannot_start_is_no_fault_of_the_file(small: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "_SERVER", "no.such.module")
    with pytest.raises(Busy):
        small.run("picture", picture(), side=320)


@pytest.mark.parametrize("program", ["", "os", "picture; rm"])
def test_what_is_no_program_is_refused(small: Pool, program: str) -> None:
    with pytest.raises(Refused):
        small.run(program, b"", side=320)


def _in_a_process(monkeypatch: pytest.MonkeyPatch, work: object) -> bytes:
    """What a process answers, before its end, whose program does `work`."""
    monkeypatch.setitem(server.PROGRAMS, "work", work)  # pyright: ignore[reportArgumentType]
    ours, theirs = socket.socketpair()
    pool.wire.send(ours, {"program": "work"}, b"")
    if os.fork() == 0:
        server.answer(theirs)
        os._exit(0)
    theirs.close()
    with ours:
        answer = b""
        while got := ours.recv(1_000):
            answer += got
    return answer


def _endless(content: bytes) -> tuple[dict[str, object], bytes]:
    while True:
        pass


def _waiting(content: bytes) -> tuple[dict[str, object], bytes]:
    signal.pause()
    return {}, content


def _greedy(content: bytes) -> tuple[dict[str, object], bytes]:
    return {}, bytes(server.MEMORY)


def test_a_program_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CPU_SECONDS", 1)
    assert _in_a_process(monkeypatch, _endless) == server.STARTED


def test_a_program_that_waits_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SECONDS", 0.2)
    assert _in_a_process(monkeypatch, _waiting) == server.STARTED


def test_a_program_that_wants_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = _in_a_process(monkeypatch, _greedy)
    assert Reason.EFFORT.encode() in answer


def test_a_program_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "x"

    def writing(content: bytes) -> tuple[dict[str, object], bytes]:
        file.write_bytes(b"x")
        return {}, content

    _in_a_process(monkeypatch, writing)
    assert file.read_bytes() == b""
