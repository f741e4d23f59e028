"""Command `agrimarket up` as a whole: cold start, a second one refused, kills, a clean end, and nothing left behind."""

import os
import signal
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.whole import System, eventually

NAMES = {"api", "worker", "relay", "scheduler", "outside", "nursery", "postgres", "valkey"}


@pytest.mark.slow
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
        mailbox = system.told("MAILBOX_URL")
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
