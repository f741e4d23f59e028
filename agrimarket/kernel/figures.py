"""Metrics that a full disk cannot hurt. Import this before a metric is made.

`prometheus_client` keeps the figures of several processes in files that it maps into memory and that have holes. On a
full disk, writing to a hole is no error but the end of the process (SIGBUS). Here the files are filled when they are
made or grow; where there is no room, the figures stay in this process's memory, and that is counted.
"""

import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import Counter, values
from prometheus_client.mmap_dict import MmapedDict

_FIRST = 1 << 16


class _Lost:
    """Files of figures that could not be written. No metric: it is counted while the metrics' lock is held."""

    files = 0


lost = _Lost()


class Roomy(MmapedDict):
    """Figures by name in a file without holes, or in memory where there is no room for one."""

    _m: Any
    _f: Any
    _used: int
    _capacity: int

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        try:
            if not read_mode:
                _fill(filename, _FIRST)
            super().__init__(filename, read_mode)
        except OSError:
            if read_mode:
                raise
            self._start_in_memory(filename)

    def close(self) -> None:
        """Let go of the file, also in a forked process that has closed what it inherited."""
        with suppress(OSError):
            super().close()

    def _init_value(self, key: str) -> None:
        needed = self._used + len(key.encode()) + 64
        while needed > self._capacity:
            self._grow()
        super()._init_value(key)  # pyright: ignore[reportUnknownMemberType]

    def _grow(self) -> None:
        wider = self._capacity * 2
        try:
            descriptor = self._f.fileno() if self._f else -1
            os.posix_fallocate(descriptor, 0, wider)
            self._m = mmap.mmap(descriptor, wider)
        except OSError:
            kept = bytes(self._m[: self._used])
            self._m = mmap.mmap(-1, wider)
            self._m[: self._used] = kept
            self._f = None
            lost.files += 1
        self._capacity = wider

    def _start_in_memory(self, filename: str) -> None:
        lost.files += 1
        self._f, self._fname, self._capacity = None, filename, _FIRST
        self._m = mmap.mmap(-1, _FIRST)
        self._positions: dict[str, int] = {}
        self._used = 8
        self._m[:4] = self._used.to_bytes(4, "little")


def _fill(filename: str, size: int) -> None:
    """Give the file room for `size` bytes of figures; `OSError` where there is none."""
    descriptor = os.open(filename, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.fstat(descriptor).st_size < size:
            os.posix_fallocate(descriptor, 0, size)
    except OSError:
        Path(filename).unlink()  # an empty one cannot be read by those who add figures up
        raise
    finally:
        os.close(descriptor)


values.MmapedDict = Roomy  # type: ignore[misc]

LINES_DROPPED = Counter("agrimarket_log_lines_dropped", "Lines of the log that could not be written", ["why"])
