"""Command `agrimarket up` as a whole: cold start, a second one refused, kills, a clean end, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from agrimarket.embedded.folder import MARK
from agrimarket.embedded.ports import free_port

NAMES = {"api", "worker", "relay", "scheduler", "outside", "nursery", "postgres", "valkey"}


class System:
    """A running `agrimarket up` in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        root = str(Path(__file__).parents[2])
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AGRIMARKET_")}
        told = {"AGRIMARKET_DATA_DIR": str(folder), "AGRIMARKET_PORT": str(free_port()), "PYTHONPATH": root}
        self.env = inherited | told
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start it; returns what it printed until it was ready."""
        self.process = self.run("up")
        lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Ready in"):
                return "".join(lines)
        pytest.fail("".join(lines))

    def run(self, command: str) -> "subprocess.Popen[str]":
        """Start `agrimarket <command>`."""
        argv = [sys.executable, "-m", "agrimarket.cli", command]
        return subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def pid(self, name: str) -> int:
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def alive(self) -> list[str]:
        """Command names of this system's processes, servers included."""
        found: list[str] = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                told = f"{MARK}={self.folder}".encode() in (entry / "environ").read_bytes().split(b"\0")
                if told or (entry / "cwd").readlink().is_relative_to(self.folder):
                    found.append((entry / "comm").read_text().strip())
            except OSError:
                continue
        return found

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.env['AGRIMARKET_PORT']}/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)


def eventually(what, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="finds processes in /proc")
def test_up_from_cold_through_kills_to_a_clean_end(tmp_path: Path):
    system = System(tmp_path / "data 數據")
    try:
        said = system.start()
        assert "http://127.0.0.1:" in said
        assert system.answers()
        assert {path.stem for path in (system.folder / "run").glob("*.pid")} == NAMES

        second = system.run("up")
        assert "already runs on" in second.communicate(timeout=60)[0]
        assert second.returncode == 1
        assert "up to date" in system.run("migrate").communicate(timeout=60)[0]
        mailbox = json.loads((system.folder / "run" / "environment.json").read_text())["AGRIMARKET_MAILBOX_URL"]
        assert urllib.request.urlopen(f"{mailbox}/messages").status == 200

        before = system.pid("api")
        os.kill(before, signal.SIGKILL)
        eventually(lambda: system.pid("api") != before and system.answers())
        before = system.pid("postgres")
        os.kill(before, signal.SIGKILL)
        eventually(lambda: system.pid("postgres") != before and system.answers())

        assert system.process is not None
        system.process.kill()
        system.process.communicate(timeout=60)
        eventually(lambda: not system.alive())

        assert "unchanged" in system.start()
        system.process.send_signal(signal.SIGINT)
        assert system.process.communicate(timeout=60)[0].strip().endswith("Stopped.")
        assert system.process.returncode == 0
        assert system.alive() == []
    finally:
        system.end()
