"""Processes apart, bounded in number: a few at work, a few callers that wait, and everybody else is told to come back.

Callers wait on threads that other requests need, so that there are never many of them.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any, ClassVar, Final

from agrimarket.integrations.apart import wire
from agrimarket.integrations.apart.wire import Reason, Refused
from agrimarket.kernel.errors import Unavailable

AT_ONCE: Final = 2
"""Processes at work for one of ours."""
WAITING: Final = 6
"""Callers that wait for their turn; with those at work, half of the API's threads (`Settings.api_threads`)."""
PATIENCE: Final = 20.0
"""Seconds that a caller waits for its turn."""
RETRY_AFTER: Final = 3
_STARTING: Final = 30.0
_ANSWERING: Final = 40.0
"""Seconds that a process has to answer; soon after it ends by itself (`server.SECONDS`)."""
_SERVER = "agrimarket.integrations.apart.server"


class Busy(Unavailable):
    """As many files are being opened as may be; try again after `retry_after` seconds (503)."""

    code: ClassVar[str] = "files.busy"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a program made of a file."""

    facts: dict[str, Any]
    content: bytes


class _NotStarted(Exception):
    """No process was forked; the file was not looked at."""


class Pool:
    """The server of processes apart, started at the first call and again when it is gone."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING, patience: float = PATIENCE) -> None:
        self._turns, self._places = BoundedSemaphore(at_once), BoundedSemaphore(at_once + waiting)
        self._patience = patience
        self._starting = Lock()
        self.server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def run(self, program: str, content: bytes, **arguments: int | Sequence[int]) -> Opened:
        """What `program` (of `server.PROGRAMS`) makes of `content`. `Refused`, `Busy`."""
        with self._turn():
            for _ in range(2):
                with suppress(_NotStarted):
                    return self._ask(content, {"program": program, **arguments})
                self.close()
        raise Busy(retry_after=RETRY_AFTER)

    @contextmanager
    def _turn(self) -> Generator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy(retry_after=RETRY_AFTER)
        try:
            if not self._turns.acquire(timeout=self._patience):
                raise Busy(retry_after=RETRY_AFTER)
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()

    def _ask(self, content: bytes, question: dict[str, Any]) -> Opened:
        with self._process() as process:
            try:
                wire.send(process, question, content)
                facts, out = wire.receive(process, wire.MAX_ANSWER)
            except TimeoutError as error:  # it used little processor time, so that the file is not at fault
                raise Busy(retry_after=RETRY_AFTER) from error
            except (OSError, EOFError, ValueError) as error:
                raise Refused(Reason.EFFORT) from error
        if "refused" in facts:
            raise Refused(Reason(facts["refused"]), int(facts.get("most", 0)))
        return Opened(facts, out)

    @contextmanager
    def _process(self) -> Generator[socket.socket]:
        """Socket of a new process that has started."""
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(_STARTING)
            try:
                with theirs:
                    socket.send_fds(self._started(), [b"+"], [theirs.fileno()])
                started = ours.recv(1)
            except OSError as error:
                raise _NotStarted from error
            if not started:
                raise _NotStarted
            ours.settimeout(_ANSWERING)
            yield ours

    def _started(self) -> socket.socket:
        """Socket of the server, which is started if there is none. It knows none of our secrets."""
        with self._starting:
            if self._control is None:
                self._control, theirs = socket.socketpair()
                with theirs:
                    self.server = subprocess.Popen(
                        [sys.executable, "-m", _SERVER],
                        stdin=theirs.fileno(),
                        stdout=subprocess.DEVNULL,
                        env={name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ},
                        start_new_session=True,  # Ctrl-C is for us; the server ends when our end closes
                    )
            return self._control

    def close(self) -> None:
        """End the server; its processes finish."""
        with self._starting:
            if self._control is not None and self.server is not None:
                self._control.close()
                self.server.wait()
            self._control = self.server = None


class Shared:
    """The pool of this process: one that was forked gets a pool of its own, and leaves its parent's alone."""

    def __init__(self) -> None:
        self.pool = Pool()


shared = Shared()
os.register_at_fork(after_in_child=shared.__init__)


def run(program: str, content: bytes, **arguments: int | Sequence[int]) -> Opened:
    """What `program` makes of `content`, in a process apart. `Refused`, `Busy`."""
    return shared.pool.run(program, content, **arguments)
