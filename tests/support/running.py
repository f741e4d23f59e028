"""A running system for tests that kill things: real servers, real processes, found again by their process ids."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from agrimarket.embedded.nursery import Nursery
from agrimarket.embedded.ports import free_port
from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.embedded.processes import Process, adopt_orphans, tail
from agrimarket.embedded.valkey import EmbeddedValkey
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade

ROOT = Path(__file__).resolve().parents[2]


def wait_until(check: Callable[[], Any], seconds: float = 30, what: str = "it") -> float:
    """Poll until `check()` is true; returns the seconds that it took. `AssertionError` if it does not become true."""
    started = time.perf_counter()
    while not check():
        assert time.perf_counter() - started < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)  # polling another process, which cannot call back
    return time.perf_counter() - started


class Child:
    """A process of ours in its own session."""

    def __init__(self, process: Process, log: Path) -> None:
        self.process = process
        self.log = log

    def pool(self) -> list[int]:
        """Process ids of its children that live."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split() if _lives(pid)]
        except OSError:
            return []

    def kill_one_of_pool(self, luck: random.Random) -> bool:
        """Kill one of its children with SIGKILL."""
        if children := self.pool():
            with contextlib.suppress(ProcessLookupError):
                os.kill(luck.choice(children), signal.SIGKILL)
                return True
        return False

    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def stop(self, number: int = signal.SIGKILL) -> None:
        """End the process and all that it started."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                if number == signal.SIGKILL:
                    os.killpg(self.process.pid, number)
                else:
                    self.process.send_signal(number)
        self.process.wait(20)


def _lives(pid: str) -> bool:
    """Whether the process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Running:
    """A system of the test's own: PostgreSQL (durable), a broker, and the processes that are started on them."""

    def __init__(self, folder: Path, broker_url: str = "", **env: str) -> None:
        self.folder = folder
        self.children: list[Child] = []
        self.valkey: EmbeddedValkey | None = None
        self.port = free_port()
        self.postgres = EmbeddedPostgres(folder / "postgres").start()
        self.database_url = self.postgres.dsn("agrimarket")
        create_database(self.database_url)
        if not broker_url:
            self.valkey = EmbeddedValkey(folder / "valkey", "secret").start()
            broker_url = self.valkey.url(0)
        self.env = os.environ | {
            "AGRIMARKET_DATABASE_URL": self.database_url,
            "AGRIMARKET_BROKER_URL": broker_url,
            "AGRIMARKET_CACHE_URL": "",
            "AGRIMARKET_DATA_DIR": str(folder / "data"),
            "AGRIMARKET_PORT": str(self.port),
            "AGRIMARKET_REQUESTS_PER_MINUTE": "10000000",  # all requests come from one address
            "PYTHONPATH": str(ROOT),
            **env,
        }
        adopt_orphans()  # the nursery's children become ours
        self.nursery = Nursery(folder / "nursery.ready", folder / "nursery.log")
        self.nursery.env = self.env
        self.nursery.launch()
        upgrade(self.database_url)
        self.db = Database(self.database_url, pool_size=8)
        wait_until(self.nursery.is_ready, 60, "the nursery's start")

    def start(self, name: str, module: str, *argv: str, **env: str) -> Child:
        """Start `python -m module argv…` with this system's environment and `env`."""
        log = self.folder / f"{name}.log"
        child = Child(self.nursery.start(module, argv, self.env | env, log), log)
        self.children.append(child)
        return child

    def worker(self, concurrency: int = 2, **env: str) -> Child:
        """A Celery worker that knows the handlers of the fault tests, ready to work."""
        ready = self.folder / "worker.ready"
        ready.unlink(missing_ok=True)
        options = ("-A", "tests.faults.handlers", "worker", "--concurrency", str(concurrency), "--loglevel", "INFO")
        env = {"AGRIMARKET_READY_FILE": str(ready), **env}
        child = self.start("worker", "celery", *options, "--without-gossip", "--without-mingle", **env)
        wait_until(lambda: ready.exists() or child.ended(), 150, f"the worker's start (see {child.log})")
        assert not child.ended(), f"the worker ended where it starts:\n{tail(child.log)}"
        return child

    def relay(self, **env: str) -> Child:
        """A relay that knows the handlers of the fault tests."""
        return self.start("relay", "tests.faults.relay", **env)

    def api(self, processes: int = 1, **env: str) -> Child:
        """An API on granian, ready to answer."""
        return self.serve("agrimarket.app:create_app", processes, "--factory", ready="/ready", **env)

    def serve(self, target: str, processes: int, *options: str, ready: str = "/", **env: str) -> Child:
        """An ASGI application on this system's port, which answers `ready` with 200."""
        listen = ("--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(processes))
        endure = ("--workers-kill-timeout", "5", "--respawn-failed-workers")
        child = self.start("api", "granian", *listen, *endure, *options, target, **env)
        wait_until(lambda: self.answers(ready) or child.ended(), 60, f"the API's start (see {child.log})")
        assert not child.ended(), f"the API ended where it starts:\n{tail(child.log)}"
        return child

    @contextlib.contextmanager
    def serving(self, processes: int) -> Iterator[Child]:
        """Run the API during the block."""
        child = self.api(processes)
        try:
            yield child
        finally:
            child.stop()

    def answers(self, path: str = "/ready") -> bool:
        """Whether the API answers; by default with the database behind it."""
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.port}{path}").status_code == 200
        return False

    def analyze(self) -> None:
        """Give the planner its statistics now, as autovacuum will later."""
        with self.db.reading() as session:
            session.connection().execute(text("VACUUM ANALYZE"))

    def crash_postgres(self) -> None:
        """Immediate shutdown: no session is told, nothing is written; the next start recovers from the log."""
        assert self.postgres.process is not None
        self.postgres.process.send_signal(signal.SIGQUIT)
        self.postgres.process.wait(30)

    def restart_postgres(self) -> float:
        """Start PostgreSQL after a crash; returns the seconds until it accepts connections."""
        started = time.perf_counter()
        self.postgres.launch()
        self.postgres.wait_ready()
        return time.perf_counter() - started

    def end_children(self) -> None:
        """End every process that was started on the servers."""
        for child in reversed(self.children):
            child.stop()
        self.children.clear()

    def close(self) -> None:
        """End all processes and both servers."""
        self.db.close()
        self.end_children()
        Child(self.nursery.launch(), self.nursery.log).stop()
        if self.valkey:
            self.valkey.stop()
        self.postgres.stop()


@contextlib.contextmanager
def running(folder: Path, broker_url: str = "", **env: str) -> Iterator[Running]:
    """Run a system that ends with the block and leaves nothing behind."""
    system = Running(folder, broker_url, **env)
    try:
        yield system
    finally:
        system.close()
