"""The log's way out: a line is written, or dropped and counted. It never waits for a reader, and never fails."""

import errno
import os
import select
from threading import Lock
from typing import IO, Any

from agrimarket.kernel.figures import LINES_DROPPED

_AT_ONCE = select.PIPE_BUF
"""Bytes that a pipe which can be written to takes without waiting."""
_PATIENCE_MS = 20


class Output:
    """Lines to a file descriptor. A full disk, a closed pipe and a reader that stands still cost the line, no more.

    Who reads slowly is waited for a moment; not again before they have taken something.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = Lock()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._patience = _PATIENCE_MS
        self._torn = False

    def msg(self, line: bytes) -> None:
        """Write one line."""
        with self._lock:
            whole = b"\n" + line + b"\n" if self._torn else line + b"\n"
            if why := self._fails(whole):
                LINES_DROPPED.labels(why).inc()

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg

    def _fails(self, line: bytes) -> str:
        """Why the line could not be written; nothing if it was."""
        rest = memoryview(line)
        while rest:
            try:
                ready = self._poll.poll(self._patience)
                if not ready or not ready[0][1] & select.POLLOUT:
                    self._patience = 0
                    return "closed" if ready else "slow"
                rest = rest[os.write(self._descriptor, rest[:_AT_ONCE]) :]
            except OSError as error:
                return errno.errorcode.get(error.errno or 0, "other").lower()
            self._patience = _PATIENCE_MS
            self._torn = bool(rest)  # what follows the first half of a line begins a new one
        return ""


class Stream(IO[str]):
    """`Output` for the standard library's handlers."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def write(self, s: Any, /) -> int:
        """Write whole lines."""
        if line := s.rstrip("\n"):
            self._output.msg(line.encode(errors="replace"))
        return len(s)

    def flush(self) -> None:
        """Nothing is held back."""
