"""Nursery: a process that has imported everything, and forks agrimarket's own processes from itself.

Importing SQLAlchemy, Celery, Litestar and agrimarket takes each process seconds of processor time; four processes that
did so would not be up in five seconds on two cores. A fork costs milliseconds and shares the memory. Each process is
forked twice, so that the supervisor, as the reaper of its descendants, becomes its parent and can wait for it.

The nursery reads orders, one JSON object per line: first `{"env", "flag"}`, then `{"module", "argv", "env", "log"}`,
each answered with a process id. Linux only; elsewhere, or without a nursery, processes are started the usual way.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM
from typing import IO, Any

from agrimarket.embedded.notes import log_of
from agrimarket.embedded.processes import Adopted, Process, die_with_parent, libc, spawn

GENERAL = ("sqlmodel", "psycopg", "celery.apps.worker", "kombu.transport.redis", "litestar")
"""Modules imported at once, while the supervisor still chooses ports."""
OWN = (
    *("agrimarket.app", "agrimarket.kernel.i18n", "workers.subscriptions", "workers.loop", "granian.cli"),
    *("granian.server", "agrimarket.embedded.stripe_sandbox", "agrimarket.embedded.mailbox.handlers"),
)
"""Modules imported once the environment is known, since they read it."""
_PR_SET_NAME = 15
_PATIENCE = 5.0


class Nursery:
    """Supervisor's end of the nursery: starts it and gives it orders. Use it from the main thread."""

    def __init__(self, flag: Path, log: Path) -> None:
        self.flag = flag
        self.log = log
        self.env: dict[str, str] = {}
        """Environment that the nursery is told, and its children inherit."""
        self._process: Process | None = None
        self._answers: IO[bytes] | None = None
        self._told = False

    def begin(self) -> None:
        """Start importing the modules that need no environment of ours. Does nothing outside Linux."""
        if sys.platform != "linux":
            return
        self.flag.unlink(missing_ok=True)
        ours, its = os.pipe(), os.pipe()
        argv = [sys.executable, "-m", "agrimarket.embedded.nursery", str(its[1])]
        self._process = spawn(argv, self.env, self.log, stdin=ours[0], pass_fds=(its[1],))
        os.close(ours[0])
        os.close(its[1])
        self._orders, self._answers, self._told = os.fdopen(ours[1], "wb", 0), os.fdopen(its[0], "rb", 0), False

    def launch(self) -> Process:
        """Start the nursery unless it lives, and tell it the environment; for a `Part`."""
        if self._process is None or self._process.poll() is not None:
            self.begin()
        if self._process is None:
            raise OSError("there is no nursery outside Linux")
        if not self._told:
            self._order({"env": self.env, "flag": str(self.flag)})
            self._told = True
        return self._process

    def is_ready(self) -> bool:
        """Whether the nursery lives and has imported everything."""
        return self._process is not None and self._process.poll() is None and self.flag.exists()

    def start(self, module: str, argv: Sequence[str], env: Mapping[str, str], log: Path) -> Process:
        """Start `python -m module argv…`, forked from the nursery if it is ready."""
        if self.is_ready():
            order = {"module": module, "argv": list(argv), "env": dict(env), "log": str(log), "parent": os.getpid()}
            if pid := self._order(order):
                return Adopted(pid)
        return spawn([sys.executable, "-m", module, *argv], env, log)

    def _order(self, order: Mapping[str, Any]) -> int:
        """Send an order; returns the number answered, or 0 if the nursery died or hangs."""
        try:
            self._orders.write(json.dumps(order).encode() + b"\n")
        except OSError:
            return 0
        if "module" not in order or self._answers is None:
            return 0
        answered, _, _ = select.select([self._answers], [], [], _PATIENCE)
        return int(self._answers.readline() or 0) if answered else 0


def serve(answers: int) -> dict[str, Any]:
    """Fork one process per order; returns in each of them, with its order, and never in the nursery itself."""
    gc.disable()  # an eighth faster, since all that is imported stays
    for module in GENERAL:
        importlib.import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        if "module" in order:
            pid = _fork_twice()
            if pid == 0:
                return order
            os.write(answers, f"{pid}\n".encode())
        else:
            os.environ.update(order["env"])
            for module in OWN:
                importlib.import_module(module)
            gc.freeze()  # a collection in a child must not touch, and so copy, the shared pages
            Path(order["flag"]).touch()
    sys.exit(0)


def become(order: Mapping[str, Any]) -> None:
    """Make this forked process the ordered one: with its session, parent, environment, log and arguments."""
    os.setsid()
    deadline = time.monotonic() + _PATIENCE
    while os.getppid() != order["parent"]:
        if time.monotonic() > deadline:
            sys.exit("the supervisor is gone")
        time.sleep(0.001)
    die_with_parent(SIGTERM, order["parent"])()
    with log_of(Path(order["log"])) as file:
        log = os.dup(file.fileno())
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = [order["module"], *order["argv"]]
    libc.prctl(_PR_SET_NAME, ctypes.c_char_p(order["module"].rpartition(".")[2].encode()[:15]), 0, 0, 0)
    gc.enable()


def _fork_twice() -> int:
    """Fork a grandchild; returns 0 in it, and its process id in the nursery, whose child has ended by then."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        grandchild = os.fork()
        if grandchild == 0:
            return 0
        os.write(writing, str(grandchild).encode())
        os._exit(0)
    os.waitpid(child, 0)
    pid = int(os.read(reading, 32))
    os.close(reading)
    os.close(writing)
    return pid


if __name__ == "__main__":
    ordered = serve(int(sys.argv[1]))
    become(ordered)
    runpy.run_module(ordered["module"], run_name="__main__", alter_sys=True)
