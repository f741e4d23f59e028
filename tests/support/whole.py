"""`agrimarket up`, whole, as a person starts it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from agrimarket.embedded.folder import MARK
from agrimarket.embedded.ports import free_port


class System:
    """An `agrimarket up` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        root = str(Path(__file__).parents[2])
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AGRIMARKET_")}
        told = {"AGRIMARKET_DATA_DIR": str(folder), "AGRIMARKET_PORT": str(free_port()), "PYTHONPATH": root}
        self.env = inherited | told
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """What it printed until it was ready."""
        self.process = self.run("up")
        lines: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Ready in"):
                return "".join(lines)
        pytest.fail("".join(lines))

    def run(self, command: str) -> "subprocess.Popen[str]":
        """`agrimarket <command>`."""
        argv = [sys.executable, "-m", "agrimarket.cli", command]
        return subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def pid(self, name: str) -> int:
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def alive(self) -> list[str]:
        """The command names of this system's processes, servers included."""
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

    def told(self, name: str) -> str:
        """What its processes are told in `AGRIMARKET_<name>`."""
        return json.loads((self.folder / "run" / "environment.json").read_text())[f"AGRIMARKET_{name}"]

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)


def eventually(what, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)
