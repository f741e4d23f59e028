"""Ports, secrets, the data folder, logs and Valkey."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from agrimarket.drive import KINDS
from agrimarket.embedded import logs, plan
from agrimarket.embedded.folder import MARK, DataFolder, FolderError
from agrimarket.embedded.ports import Ports, is_free
from agrimarket.embedded.secrets import Secrets
from agrimarket.embedded.valkey import EmbeddedValkey
from seeds import notices, regions


def test_a_taken_port_is_said_and_another_is_chosen_and_kept(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        ports = Ports(tmp_path / "ports.json")
        chosen = ports.choose("site", taken)
        assert chosen != taken
        assert ports.refused == {"site": taken}
        assert Ports(tmp_path / "ports.json").choose("site", taken) == chosen
    again = Ports(tmp_path / "ports.json")
    assert again.choose("site", taken) == taken
    assert again.refused == {}


def test_two_names_never_share_a_port(tmp_path: Path):
    ports = Ports(tmp_path / "ports.json")
    first = ports.choose("postgres")
    assert ports.choose("valkey", first) != first
    assert is_free(first)


def test_secrets_are_made_once_and_only_the_owner_reads_them(tmp_path: Path):
    path = tmp_path / "secrets.json"
    first = Secrets.load(path)
    assert Secrets.load(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.stripe_api_key.startswith("sk_test_")
    path.write_text(path.read_text().replace('"secret_key"', '"unknown"'))
    second = Secrets.load(path)
    assert second.secret_key != first.secret_key
    assert second.encryption_key == first.encryption_key


def test_a_second_supervisor_is_told_kindly_where_the_first_is(tmp_path: Path):
    first = DataFolder(tmp_path / "data")
    first.hold()
    first.say("http://127.0.0.1:8000")
    with pytest.raises(FolderError, match=r"already runs on .*http://127\.0\.0\.1:8000"):
        DataFolder(tmp_path / "data").hold()
    with pytest.raises(FolderError):
        DataFolder(tmp_path / "data").remove()
    first.release()
    assert DataFolder(tmp_path / "data").remove()
    assert not (tmp_path / "data").exists()
    assert not DataFolder(tmp_path / "data").remove()


def test_a_folder_with_other_peoples_files_is_neither_used_nor_removed(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    for act in (DataFolder(tmp_path).hold, DataFolder(tmp_path).remove):
        with pytest.raises(FolderError, match="not agrimarket's"):
            act()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_leftovers_of_this_folder_are_ended_and_others_live(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    folder.hold()
    sleep = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]
    ours = subprocess.Popen(sleep, env=os.environ | {MARK: str(folder.path)}, stdout=subprocess.PIPE)
    other = subprocess.Popen(sleep, env=os.environ | {MARK: str(folder.path) + "-other"}, stdout=subprocess.PIPE)
    for process in (ours, other):
        assert process.stdout is not None
        process.stdout.readline()
    assert folder.end_leftovers() == [ours.pid]
    assert ours.wait(5) == -9
    assert other.poll() is None
    other.kill()
    other.wait()


def test_logs_begin_anew_and_are_capped_while_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "CAP", 10)
    kept = logs.Logs(tmp_path)
    path = kept.path("api")
    with path.open("ab", buffering=0) as child:
        child.write(b"twelve bytes")
        kept.cap()
        assert path.read_bytes() == b""
        child.write(b"more")
    assert path.read_bytes() == b"more"
    assert (tmp_path / "api.log.1").read_bytes() == b"twelve bytes"
    kept.begin()
    assert not path.exists()
    assert (tmp_path / "api.log.1").read_bytes() == b"more"


def test_valkey_keeps_its_writes_through_a_kill_and_asks_for_the_password(tmp_path: Path):
    server = EmbeddedValkey(tmp_path / "with space 數據", "p-_w").start()
    redis.Redis.from_url(server.url(1)).set("queue", "草莓")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).get("queue")
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    assert redis.Redis.from_url(server.url(1)).get("queue") == "草莓".encode()
    server.stop()
    assert is_free(server.port)


def test_seeds_are_loaded_again_when_a_file_changes_that_they_read(tmp_path: Path):
    read = {Path(str(each)).resolve() for each in (*regions.FILES, *notices.TABLES, notices.SAMPLE, KINDS)}
    below = [source for source in plan.SEEDS if source.is_dir()]
    assert all(source.exists() for source in plan.SEEDS)
    assert not {file for file in read if file not in plan.SEEDS and not any(file.is_relative_to(f) for f in below)}
    folder, module = tmp_path / "data", tmp_path / "finding.py"
    folder.mkdir()
    found: set[str] = set()
    for content in ("a", "b"):
        for path in (folder / "zones.csv", module):
            path.write_text(content)
            found.add(plan.fingerprint([folder, *([module] if module.exists() else [])]))
    assert len(found) == 4
