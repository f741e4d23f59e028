"""Starting and ending child processes so that none outlives its parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from agrimarket.embedded.notes import log_of

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_LINUX = sys.platform == "linux"
# Loaded here and not in the child: between fork and exec nothing may import.
libc = ctypes.CDLL(None, use_errno=True)


class Process(Protocol):
    """A child process; protocol that `subprocess.Popen` and `Adopted` share."""

    pid: int
    returncode: int | Any

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the process lives."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code. Raises `subprocess.TimeoutExpired`."""
        ...

    def send_signal(self, sig: int) -> None:
        """Send a signal unless the process has ended."""
        ...

    def kill(self) -> None:
        """Send SIGKILL unless the process has ended."""
        ...


class Adopted:
    """A process that became our child although we did not start it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._turn = Lock()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the process lives."""
        with self._turn:
            if self.returncode is None:
                try:
                    pid, status = os.waitpid(self.pid, os.WNOHANG)
                except ChildProcessError:
                    self.returncode = 1  # another waited for it
                else:
                    self.returncode = os.waitstatus_to_exitcode(status) if pid else None
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the exit code. Raises `subprocess.TimeoutExpired`."""
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """Send SIGKILL unless the process has ended."""
        self.send_signal(signal.SIGKILL)


class PartError(RuntimeError):
    """A part could not be started; the message says why and carries the end of its log."""


def die_with_parent(number: signal.Signals, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn` that asks the kernel to send `number` to the child when the *thread* that started it ends.

    The kernel forgets this on a change of user, so call it after one. Outside Linux it does nothing.
    """
    parent = parent or os.getpid()

    def wish() -> None:
        if _LINUX:
            libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return wish


def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans, so that they can be found and ended."""
    if _LINUX:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def command_line(pid: int) -> str:
    """The command line of a living process; empty if it does not exist or is a zombie."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    listing = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return listing.stdout.strip()


def end(process: Process, steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """End `process`: send each signal in turn, wait its number of seconds, then SIGKILL. Returns the exit code."""
    for number, patience in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            return process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    return process.wait()


def spawn(
    argv: Sequence[str],
    env: Mapping[str, str],
    log: Path,
    pipe: bool = False,
    stdin: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """Start a program that ends with this thread, as the leader of a session; its output goes into `log`.

    With `pipe`, its standard output goes to the caller instead, and only its errors go to the log.
    """
    with log_of(log) as file:
        return subprocess.Popen(
            argv,
            env=env,
            stdin=stdin,
            stdout=subprocess.PIPE if pipe else file,
            stderr=file,
            pass_fds=pass_fds,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


def end_group(leader: int, patience: float = 2.0) -> None:
    """Kill what is left of the process group of a child that ended, and reap the processes that we adopted."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    deadline = time.monotonic() + patience
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-leader, os.WNOHANG)[0] == 0:
                time.sleep(0.01)


def tail(path: Path, lines: int = 20) -> str:
    """The last lines of a log."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 20_000))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
