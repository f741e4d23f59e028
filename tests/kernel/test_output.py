"""A line of the log that cannot be written is dropped and counted; nobody waits and nothing fails."""

import os
import resource
import signal
import time
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from agrimarket.kernel import figures
from agrimarket.kernel.output import Output, Stream


def _dropped(why: str) -> float:
    return REGISTRY.get_sample_value("agrimarket_log_lines_dropped_total", {"why": why}) or 0.0


def test_a_closed_pipe_costs_the_line() -> None:
    reading, writing = os.pipe()
    output, before = Output(writing), _dropped("closed") + _dropped("epipe")
    os.close(reading)
    output.msg(b"a line")
    assert _dropped("closed") + _dropped("epipe") == before + 1
    os.close(writing)
    output.msg(b"another")
    assert _dropped("closed") + _dropped("epipe") == before + 2


def test_a_reader_that_stands_still_is_not_waited_for_and_may_come_back() -> None:
    reading, writing = os.pipe()
    output, before = Output(writing), _dropped("slow")
    started = time.perf_counter()
    for _ in range(1_000):
        output.msg(b"x" * 1_000)
    assert time.perf_counter() - started < 2
    assert _dropped("slow") > before + 900
    while len(os.read(reading, 1 << 16)) == 1 << 16:
        pass
    dropped = _dropped("slow")
    output.msg(b"here again")
    assert os.read(reading, 100).endswith(b"here again\n")
    assert _dropped("slow") == dropped
    for end in (reading, writing):
        os.close(end)


def test_a_full_disk_costs_the_line_and_the_next_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    output, before = Output(descriptor), _dropped("efbig")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        output.msg(b"0123456789abcdef")
        output.msg(b"lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert _dropped("efbig") == before + 2
    output.msg(b"room")
    os.close(descriptor)
    assert path.read_bytes() == b"0123456789\nroom\n"


def test_handlers_of_the_standard_library_write_whole_lines(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as file:
        stream = Stream(Output(file.fileno()))
        stream.write("one\n")
        stream.write("\n")
        stream.write("two")
        stream.flush()
    assert (tmp_path / "log").read_text() == "one\ntwo\n"


def test_figures_without_room_stay_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept = figures.Roomy(str(tmp_path / "counter_1.db"))
    kept.write_value("a", 1.0, 0.0)
    lost = figures.lost.files
    monkeypatch.setattr(os, "posix_fallocate", full)
    for number in range(2_000):
        kept.write_value(f"name-{number:050}", float(number), 0.0)
    assert kept.read_value("a") == (1.0, 0.0)
    assert kept.read_value(f"name-{1_999:050}") == (1_999.0, 0.0)
    fresh = figures.Roomy(str(tmp_path / "counter_2.db"))
    fresh.write_value("b", 2.0, 0.0)
    assert fresh.read_value("b") == (2.0, 0.0)
    assert figures.lost.files == lost + 2 + 1
    assert not (tmp_path / "counter_2.db").exists()
    kept.close()
    fresh.close()
