"""Row 32: a disk that is full stops what has to be written down, and nothing else."""

import contextlib
import itertools
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from agrimarket.embedded.ports import free_port
from tests.faults.figures import figure, times
from tests.support.running import ROOT, wait_until

SIZE = "420m"
SECONDS = max(6, times(20))
MOUNTED = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && mkdir "$2/tmp" && shift 2 && exec "$@"'


@dataclass
class Answers:
    """What clients saw while the disk was in one state."""

    reads: Counter[str] = field(default_factory=Counter[str])
    writes: Counter[str] = field(default_factory=Counter[str])
    health: Counter[str] = field(default_factory=Counter[str])

    def odd(self) -> dict[str, int]:
        """Answers that are neither a success nor a problem document."""
        every = self.reads + self.writes + self.health
        return {what: count for what, count in every.items() if what not in ("200", "202", "503")}


class SmallDisk:
    """An `agrimarket up` on a file system of its own, with its temporary files, in a namespace of its own.

    The file system is seen from outside through `/proc/<pid>/root`, and is gone with the last process.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AGRIMARKET_")}
        told = {
            "AGRIMARKET_DATA_DIR": str(folder / "data"),
            "AGRIMARKET_PORT": str(self.port),
            "AGRIMARKET_TRUSTED_PROXIES": "1",  # so that each request comes from a network of its own
            "TMPDIR": str(folder / "tmp"),
            "PYTHONPATH": str(ROOT),
        }
        up = [sys.executable, "-m", "agrimarket.cli", "up"]
        argv = ["unshare", "-rm", "sh", "-c", MOUNTED, "sh", SIZE, str(folder), *up]
        log = folder.parent / "up.log"
        self.said = log.open("wb")
        self.process = subprocess.Popen(argv, env=clean | told, stdout=self.said, stderr=self.said)
        wait_until(lambda: self.process.poll() is not None or "Ready in" in log.read_text(), 240, "the start")
        assert self.process.poll() is None, log.read_text()

    @property
    def inside(self) -> Path:
        """The file system, from outside."""
        return Path(f"/proc/{self.process.pid}/root{self.folder}")

    def fill(self) -> None:
        """Leave no byte of room."""
        with (self.inside / "filler").open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def room(self) -> None:
        """Take away what filled it."""
        (self.inside / "filler").unlink()

    def kill(self, name: str) -> None:
        """Kill one of the system's own processes; its supervisor starts it again."""
        pid = int((self.inside / "data" / "run" / f"{name}.pid").read_text())
        with contextlib.suppress(ProcessLookupError):  # Celery's worker ends by itself while its broker has no room
            os.killpg(pid, signal.SIGKILL)

    def status(self, path: str, **options: object) -> str:
        """How one request is answered: its status, `refused`, or what is wrong with the answer."""
        method = "POST" if options else "GET"
        try:
            answer = httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=20, **options)  # type: ignore[arg-type]
        except httpx.ConnectError:
            return "refused"
        except httpx.HTTPError as error:
            return type(error).__name__
        try:
            answer.json()
        except json.JSONDecodeError:
            return f"{answer.status_code} not JSON"
        return str(answer.status_code)

    def backlog(self) -> float:
        """Messages and deliveries that wait; the dead are counted with them."""
        told = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=20).text
        names = "agrimarket_(?:outbox_unrelayed|deliveries_waiting|deliveries_dead)"
        return sum(float(value) for value in re.findall(rf"^{names} (\S+)$", told, re.MULTILINE))

    def end(self) -> None:
        """End everything."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        finally:
            self.process.kill()
            self.said.close()


def _possible() -> bool:
    """Whether this machine lets anybody have a file system of their own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /tmp"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture
def system(tmp_path: Path) -> Iterator[SmallDisk]:
    if not _possible():
        pytest.skip("no file system of one's own: unprivileged user namespaces are off, or there is no unshare")
    folder = tmp_path / "disk"
    folder.mkdir()
    system = SmallDisk(folder)
    try:
        yield system
    finally:
        with contextlib.suppress(OSError):  # the small disk is gone with the system
            shutil.copytree(system.inside / "data" / "logs", tmp_path / "logs")
        system.end()


def _ask(system: SmallDisk, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> Answers:
    """Read, write and look after the system's health for a while."""
    answers, over = Answers(), threading.Event()

    def again(count: Counter[str], ask: Callable[[], str]) -> None:
        while not over.is_set():
            count[ask()] += 1

    reads = itertools.cycle(("/v1/listings", "/v1/products", "/ready"))
    asks: list[tuple[Counter[str], Callable[[], str]]] = [
        (answers.reads, lambda: system.status(next(reads))),
        (answers.health, lambda: system.status("/health")),
        *[(answers.writes, lambda: _write(system))] * 3,
    ]
    threads = [threading.Thread(target=again, args=each) for each in asks]
    for thread in threads:
        thread.start()
    meanwhile()
    over.wait(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return answers


_numbers = itertools.count(random.randrange(10**6))


def _write(system: SmallDisk) -> str:
    n = next(_numbers)
    network = {"X-Forwarded-For": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"}
    return system.status("/v1/auth/codes", json={"phone": f"+86137{n:08}"}, headers=network)


def test_row_32_disk_full(system: SmallDisk) -> None:
    before = _ask(system, 3)
    system.fill()
    wait_until(lambda: _write(system) == "503", 60, "the first refusal")
    full = _ask(system, SECONDS)
    for name in ("relay", "worker", "scheduler", "api"):
        system.kill(name)
    restart = wait_until(lambda: system.status("/ready") == "200", 90, "the restart")
    after_restarts = _ask(system, 3)
    system.room()
    healed = wait_until(lambda: _write(system) == "202", 60, "writing again")
    after = _ask(system, 3)
    drained = wait_until(lambda: system.backlog() == 0, 90, "the work that waited")
    figure(
        32,
        "disk full",
        before=dict(before.writes),
        reads=dict(full.reads),
        writes=dict(full.writes),
        health=dict(full.health),
        after_restarts=dict(after_restarts.reads + after_restarts.health),
        odd=full.odd() | after_restarts.odd(),
        restarted_while_full=f"4, answering after {restart:.1f} s",
        writing_again=f"{healed:.2f} s after there was room",
        caught_up=f"{drained:.1f} s later",
    )
    assert set(before.writes) == {"202"}
    assert set(full.reads) == set(full.health) == {"200"}
    assert set(full.writes) <= {"202", "503"}  # a row may still find room on a page of its table
    assert full.writes["503"] > full.writes["202"]
    assert full.odd() == after_restarts.odd() == {}
    assert set(after_restarts.reads) == set(after_restarts.health) == {"200"}
    assert set(after.reads) == set(after.health) == {"200"}
    assert set(after.writes) == {"202"}
    assert system.process.poll() is None
