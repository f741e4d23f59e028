"""The embedded PostgreSQL starts, keeps what it acknowledged through kills, and leaves nothing behind."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psycopg
import pytest

from agrimarket.embedded.postgres import (
    EmbeddedPostgres,
    PostgresError,
    clone_database,
    create_database,
    drop_database,
)
from agrimarket.embedded.processes import command_line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data") / "with space 數據"


@pytest.fixture(scope="module")
def server(folder: Path):
    server = EmbeddedPostgres(folder, durable=True).start()
    yield server
    server.stop()


def connect(dsn: str) -> psycopg.Connection:
    return psycopg.connect(dsn.replace("+psycopg", ""), autocommit=True)


def test_chinese_similarity_and_byte_order(server: EmbeddedPostgres):
    dsn = server.dsn("text")
    assert create_database(dsn)
    assert not create_database(dsn)
    with connect(dsn) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute("SELECT similarity('丹东草莓', '丹东大草莓'), upper('é'), 'a' < 'B'").fetchone()
    assert row is not None
    assert row[0] > 0.3
    assert row[1:] == ("É", False)


def test_the_applications_role_changes_rows_and_nothing_else_in_old_folders_too(server: EmbeddedPostgres):
    owner = server.dsn("of_application")
    create_database(owner)
    with connect(owner) as connection:  # as a folder from before there was such a role has it
        connection.execute("CREATE TABLE old (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    for _ in range(2):
        server.admit_application("of_application")
    with connect(owner) as connection:
        connection.execute("CREATE TABLE new (id bigserial, name text)")
    with connect(server.application_dsn("of_application")) as connection:
        for table in ("old", "new"):
            connection.execute(f"INSERT INTO {table} (name) VALUES ('a')")
            connection.execute(f"UPDATE {table} SET name = 'b'")
            connection.execute(f"DELETE FROM {table}")
        row = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False, False, False, False)
        for refused in (
            "CREATE TABLE mine (id int)",
            "DROP TABLE old",
            "ALTER TABLE old DISABLE TRIGGER ALL",
            "TRUNCATE old",
            "COPY old FROM PROGRAM 'id'",
            "SELECT pg_read_file('/etc/passwd')",
            "SET ROLE agrimarket",
            "CREATE ROLE another SUPERUSER",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)


def test_a_clone_has_the_rows_and_replaces_an_older_one(server: EmbeddedPostgres):
    template = server.dsn("template_of_test")
    create_database(template)
    with connect(template) as connection:
        connection.execute("CREATE TABLE box (id int)")
        connection.execute("INSERT INTO box VALUES (7)")
    for _ in range(2):
        clone = clone_database(template, "clone_of_test")
        with connect(clone) as connection:
            assert connection.execute("SELECT id FROM box").fetchall() == [(7,)]
            connection.execute("DELETE FROM box")
    drop_database(clone)
    with pytest.raises(psycopg.OperationalError):
        connect(clone)


def test_it_asks_for_a_password_and_keeps_it_to_its_owner(server: EmbeddedPostgres):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="agrimarket", password="guess", dbname="postgres")
    assert stat.S_IMODE((server.data_dir / "password").stat().st_mode) == 0o600


def test_kill_then_start_keeps_every_acknowledged_row(server: EmbeddedPostgres):
    dsn = server.dsn("kept")
    create_database(dsn)
    with connect(dsn) as connection:
        connection.execute("CREATE TABLE harvest (n int)")
    for n in range(5):
        with connect(dsn) as connection:
            connection.execute("INSERT INTO harvest VALUES (%s)", (n,))
            assert server.process is not None
            server.process.kill()
            server.process.wait()
        server.launch()
        server.wait_ready()
    with connect(dsn) as connection:
        assert connection.execute("SELECT n FROM harvest ORDER BY n").fetchall() == [(n,) for n in range(5)]


def test_a_second_holder_of_the_folder_is_refused(server: EmbeddedPostgres):
    with pytest.raises(PostgresError, match="Another process"):
        EmbeddedPostgres(server.data_dir).start()
    assert server.is_ready()


def holder(folder: Path, wait: bool = True) -> "subprocess.Popen[str]":
    """Another process that starts a server in `folder` and tells the server's process id."""
    script = f"""
        import time
        from pathlib import Path
        from agrimarket.embedded.postgres import EmbeddedPostgres
        server = EmbeddedPostgres(Path({str(folder)!r}), durable=False).start()
        print(server.process.pid, flush=True)
        time.sleep(60)
    """
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)


def test_the_server_ends_when_its_holder_is_killed_and_starts_again(tmp_path: Path):
    process = holder(tmp_path)
    assert process.stdout is not None
    server_pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    deadline = time.monotonic() + 10
    while command_line(server_pid):
        assert time.monotonic() < deadline, "the server outlived its holder"
        os.sched_yield()
    again = EmbeddedPostgres(tmp_path, durable=False).start()
    assert again.is_ready()
    again.stop()


def test_an_orphan_of_the_folder_is_stopped_and_a_stranger_is_not(tmp_path: Path):
    first = EmbeddedPostgres(tmp_path, durable=False).start()
    orphan = first.process
    assert orphan is not None
    assert first._lock is not None
    first._lock.close()  # as the kernel does when a holder is killed
    second = EmbeddedPostgres(tmp_path, durable=False).start()
    assert orphan.wait(5) == 0
    second.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    (second.cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{second.cluster}\n")
    third = EmbeddedPostgres(tmp_path, durable=False).start()
    assert stranger.poll() is None
    third.stop()
    stranger.send_signal(signal.SIGKILL)
    stranger.wait()
