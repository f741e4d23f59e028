"""Starting and ending child processes so that none outlives its parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36

_LINUX = sys.platform == "linux"
# Loaded here and not in the child: between fork and exec nothing may import.
libc = ctypes.CDLL(None, use_errno=True)


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


def children() -> set[int]:
    """The process ids of every direct child, adopted ones included. Empty outside Linux."""
    found: set[int] = set()
    for listing in Path("/proc/self/task").glob("*/children"):
        try:
            found.update(int(pid) for pid in listing.read_text().split())
        except FileNotFoundError:  # the thread ended meanwhile
            continue
    return found


def command_line(pid: int) -> str:
    """The command line of a living process; empty when there is none or it is a zombie."""
    if _LINUX:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return ""
    listing = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return listing.stdout.strip()


def end(process: "subprocess.Popen[bytes]", steps: Sequence[tuple[signal.Signals, float]]) -> int:
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
