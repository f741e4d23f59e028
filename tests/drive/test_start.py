"""No process starts on a wrong file: each says what is wrong, and at which line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agrimarket.embedded.ports import free_port

FAULT = "[fees]\n\ncommission_percent = 99\n"
PROCESSES = {
    "up": ("-m", "agrimarket.cli", "up"),
    "seed": ("-m", "agrimarket.cli", "seed"),
    "check": ("-m", "agrimarket.cli", "drive", "check"),
    "worker": ("-m", "celery", "-A", "workers.celery_app", "worker"),
    "relay": ("-m", "workers.relay"),
    "scheduler": ("-m", "workers.scheduler"),
    "api": ("-m", "granian", "--interface", "asgi", "--factory", "agrimarket.app:create_app"),
}


def _run(arguments: tuple[str, ...], folder: Path, file: Path) -> "subprocess.CompletedProcess[str]":
    told = {
        "AGRIMARKET_DRIVE_FILE": str(file),
        "AGRIMARKET_DATA_DIR": str(folder / "data"),
        "AGRIMARKET_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/nothing",
        "GRANIAN_PORT": str(free_port()),
    }
    return subprocess.run(
        [sys.executable, *arguments], env=os.environ | told, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCESSES)
def test_a_wrong_file_stops_it(tmp_path: Path, name: str) -> None:
    file = tmp_path / "drive.toml"
    file.write_text(FAULT)
    ended = _run(PROCESSES[name], tmp_path, file)
    assert ended.returncode == 1
    assert f"{file}:3: fees.commission_percent: is no number from 0 to 30" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_file_is_checked_before_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[fees]\ncommission_percent = 2.5\n")
    ended = _run((*PROCESSES["check"], str(file)), tmp_path, tmp_path / "absent.toml")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"{file}: nothing is wrong. agrimarket: 2.5 % commission" in ended.stdout
    absent = _run(PROCESSES["check"], tmp_path, tmp_path / "absent.toml")
    assert absent.returncode == 1
    assert "absent.toml: No such file" in absent.stderr
