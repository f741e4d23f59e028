"""The supervisor: order, restarts, the end of everything, and a clean start after any kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agrimarket.embedded.processes import command_line

SCRIPT = Path(__file__).parent / "fake_system.py"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Function that starts the fake system in a folder of this test."""
    started: list[subprocess.Popen[str]] = []

    def begin(case: str = "well") -> "subprocess.Popen[str]":
        env = os.environ | {"PYTHONPATH": str(SCRIPT.parents[2])}
        argv = [sys.executable, str(SCRIPT), str(tmp_path / "data"), case]
        started.append(subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


def until(process: "subprocess.Popen[str]", word: str) -> list[str]:
    """Lines up to the first that starts with `word`."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith(word):
            return lines
    pytest.fail(f"no {word!r} in {lines}")


def pids(folder: Path, name: str) -> list[int]:
    return [int(pid) for pid in (folder / "data" / f"{name}.pids").read_text().split()]


def wait_for_end_of(numbers: list[int], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while any(map(command_line, numbers)):
        assert time.monotonic() < deadline, [command_line(pid) for pid in numbers]
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_in_order_and_ends_in_the_opposite_one(start: Start, tmp_path: Path, number: signal.Signals):
    process = start()
    lines = until(process, "ready")
    assert [line for line in lines if line.startswith("done")] == ["done base", "done load whole", "done front"]
    assert "at load half" in lines
    everybody = pids(tmp_path, "base") + pids(tmp_path, "front")
    process.send_signal(number)
    assert process.wait(10) == 0
    assert (tmp_path / "data" / "order").read_text().split() == ["front", "base"]
    wait_for_end_of(everybody, 1)


def test_a_part_that_is_killed_starts_again_and_its_orphans_end(start: Start, tmp_path: Path):
    process = start()
    until(process, "ready")
    before, untouched = pids(tmp_path, "front"), pids(tmp_path, "base")
    os.kill(before[0], signal.SIGKILL)
    said = until(process, "done front again")
    assert any("front was killed by SIGKILL; starting it again" in line for line in said)
    wait_for_end_of(before)
    assert set(pids(tmp_path, "front")).isdisjoint(before)
    assert pids(tmp_path, "base") == untouched


def test_what_keeps_dying_at_start_ends_the_start_with_its_reason(start: Start, tmp_path: Path):
    process = start("crash")
    lines = until(process, "the reason")
    assert any("front ended with code 3 4 times while starting" in line for line in lines)
    assert process.wait(10) == 1
    wait_for_end_of(pids(tmp_path, "base"), 1)


def test_a_step_that_fails_ends_the_start(start: Start, tmp_path: Path):
    process = start("step")
    until(process, "trouble load ended with code 5")
    assert process.wait(10) == 1
    wait_for_end_of(pids(tmp_path, "base"), 1)
    assert not (tmp_path / "data" / "front.pids").exists()


def test_after_a_kill_of_the_supervisor_the_next_start_is_clean(start: Start, tmp_path: Path):
    process = start()
    until(process, "ready")
    parts = [pids(tmp_path, name) for name in ("base", "front")]
    process.kill()
    process.wait()
    wait_for_end_of([leader for leader, _ in parts])
    orphans = [orphan for _, orphan in parts]  # they ignore the signal that ended their parents
    assert all(map(command_line, orphans))
    again = start()
    assert until(again, "ready")[0] == "leftovers 2"
    wait_for_end_of(orphans, 1)
    again.terminate()
    assert again.wait(10) == 0
