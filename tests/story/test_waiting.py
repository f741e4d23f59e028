"""`agrimarket story` waits while the system loads, and says clearly when none runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from agrimarket.embedded import environment
from agrimarket.embedded.folder import DataFolder
from agrimarket.story.waiting import NothingRuns, join_when_ready


class _Ready(BaseHTTPRequestHandler):
    """Answers `/ready`, and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/ready" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ready) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    for name in list(os.environ):
        if name.startswith("AGRIMARKET_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AGRIMARKET_DATA_DIR", str(tmp_path / "data"))
    return DataFolder(tmp_path / "data")


def test_it_waits_until_the_system_is_ready(folder: DataFolder, address: str) -> None:
    folder.hold()
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        environment.publish(folder.path, {"AGRIMARKET_PUBLIC_URL": address})

    join_when_ready(None, say, patience=30)
    folder.release()
    assert [line.startswith("The system is still loading") for line in said] == [True]
    assert os.environ["AGRIMARKET_PUBLIC_URL"] == address


def test_it_does_not_wait_for_ever(folder: DataFolder) -> None:
    folder.hold()
    with pytest.raises(NothingRuns, match="not ready after"):
        join_when_ready(None, print, patience=0)
    folder.release()


def test_a_service_that_does_not_answer_is_told(folder: DataFolder) -> None:
    with pytest.raises(NothingRuns, match=r"Nobody answers at http://127\.0\.0\.1:9"):
        join_when_ready("http://127.0.0.1:9", print, answer=0)


def test_where_nothing_runs_it_says_so(folder: DataFolder) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agrimarket.cli", "story"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"Error: Nothing runs in {folder.path}. Start the system first: make run\n"
    assert not folder.path.exists()
