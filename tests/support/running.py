"""A running system for tests that kill things: real servers, real processes, found again by their process ids."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from agrimarket.embedded.ports import free_port
from agrimarket.embedded.postgres import EmbeddedPostgres, create_database
from agrimarket.embedded.valkey import EmbeddedValkey
from agrimarket.kernel.db import Database
from agrimarket.kernel.migrate import upgrade

ROOT = Path(__file__).resolve().parents[2]


def wait_until(check: Callable[[], Any], seconds: float = 30, what: str = "it") -> float:
    """Poll until `check()` is true; the seconds that took. `AssertionError` if it does not come true."""
    started = time.perf_counter()
    while not check():
        assert time.perf_counter() - started < seconds, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)  # polling another process, which cannot call back
    return time.perf_counter() - started


class Child:
    """One process of ours in a session of its own."""

    def __init__(self, *argv: str, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, *argv], cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
            )

    def pool(self) -> list[int]:
        """Its child processes."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(pid) for pid in path.read_text().split()]
        except OSError:
            return []

    def kill_one_of_pool(self, luck: random.Random) -> bool:
        """`kill -9` a child of it."""
        if children := self.pool():
            with contextlib.suppress(ProcessLookupError):
                os.kill(luck.choice(children), signal.SIGKILL)
                return True
        return False

    def stop(self, number: int = signal.SIGKILL) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)
        self.process.wait(20)


class Running:
    """PostgreSQL (durable) and a broker of the test's own, and the processes that are started on them."""

    def __init__(self, folder: Path, broker_url: str = "", database_url: str = "") -> None:
        self.folder = folder
        self.children: list[Child] = []
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None
        if not database_url:
            self.postgres = EmbeddedPostgres(folder / "postgres").start()
            database_url = self.postgres.dsn("agrimarket")
            create_database(database_url)
        if not broker_url:
            self.valkey = EmbeddedValkey(folder / "valkey", "secret").start()
            broker_url = self.valkey.url(0)
        upgrade(database_url)
        self.database_url = database_url
        self.db = Database(database_url, pool_size=8)
        self.port = free_port()
        self.env = os.environ | {
            "AGRIMARKET_DATABASE_URL": database_url,
            "AGRIMARKET_BROKER_URL": broker_url,
            "AGRIMARKET_CACHE_URL": "",
            "AGRIMARKET_DATA_DIR": str(folder / "data"),
            "AGRIMARKET_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }

    def start(self, name: str, *argv: str, **env: str) -> Child:
        """Start `python …argv` with this system's environment and `env`."""
        child = Child(*argv, env=self.env | env, log=self.folder / f"{name}.log")
        self.children.append(child)
        return child

    def worker(self, concurrency: int = 2, **env: str) -> Child:
        """A Celery worker that knows the handlers of the fault tests, ready to work."""
        ready = self.folder / "worker.ready"
        ready.unlink(missing_ok=True)
        options = ("-A", "tests.faults.handlers", "worker", "--concurrency", str(concurrency), "--loglevel", "INFO")
        env = {"AGRIMARKET_READY_FILE": str(ready), **env}
        child = self.start("worker", "-m", "celery", *options, "--without-gossip", "--without-mingle", **env)
        wait_until(ready.exists, 60, f"the worker's start (see {child.log})")
        return child

    def relay(self, **env: str) -> Child:
        """A relay that knows the handlers of the fault tests."""
        return self.start("relay", "-m", "tests.faults.relay", **env)

    def api(self, **env: str) -> Child:
        """An API process that answers."""
        listen = (
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers-kill-timeout",
            "5",
            "--respawn-failed-workers",
        )
        child = self.start(
            "api", "-m", "granian", "--interface", "asgi", *listen, "--factory", "agrimarket.app:create_app", **env
        )

        def answers() -> bool:
            with contextlib.suppress(httpx.HTTPError):
                return httpx.get(f"http://127.0.0.1:{self.port}/ready").status_code == 200
            return False

        wait_until(answers, 60, "the API's start")
        return child

    def close(self) -> None:
        """End everything."""
        self.db.close()
        for child in reversed(self.children):
            child.stop()
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()


@contextlib.contextmanager
def running(folder: Path, **options: str) -> Iterator[Running]:
    """A system that ends with the block, and nothing of it is left behind."""
    system = Running(folder, **options)
    try:
        yield system
    finally:
        system.close()
