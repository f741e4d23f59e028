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

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

Process = subprocess.Popen[bytes]

_LINUX = sys.platform == "linux"
# Loaded here and not in the child: between fork and exec nothing may import.
libc = ctypes.CDLL(None, use_errno=True)


class PartError(RuntimeError):
    """A part could not be started; the message says why and carries the end of its log."""


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` that asks the kernel to send `number` to the child when the *thread* that started it ends.

    The kernel forgets the wish on a change of user, so call it after one. Outside Linux it does nothing.
    """
    parent = os.getpid()

    def wish() -> None:
        if _LINUX:
            libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return wish


def adopt_orphans() -> None:
    """Make this process the new parent of its descendants' orphans, so that they can be found and ended."""
    if _LINUX:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def command_line(pid: int) -> str:
    """The command line of a living process; empty when there is none or it is a zombie."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    listing = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return listing.stdout.strip()


def end(process: Process, steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """End `process`: each signal in turn with its patience in seconds, then SIGKILL. Returns the exit code."""
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


def spawn(argv: Sequence[str], env: Mapping[str, str], log: Path, pipe: bool = False) -> Process:
    """Start a program that ends with this thread, as the leader of a session; it writes into `log`.

    With `pipe`, what it prints comes to the caller instead, and only its errors go to the log.
    """
    with log.open("ab") as file:
        return subprocess.Popen(
            argv,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipe else file,
            stderr=file,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )


def end_group(leader: int, patience: float = 2.0) -> None:
    """Kill what is left of the process group of a child that ended, and bury those whom we adopted."""
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
