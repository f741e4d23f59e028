"""The data folder of an embedded run: one supervisor at a time, and a clean end. Standard library only.

`python -m agrimarket.embedded.folder` removes the folder; `make clean` needs no installed package for it.
"""

import fcntl
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from agrimarket.embedded.processes import PartError

_LOCK = "agrimarket.lock"
MARK = "AGRIMARKET_SUPERVISED"
"""Variable in every child's environment that names the data folder, by which leftovers of a crash are known as ours."""


class FolderError(PartError):
    """The folder cannot be used; the message says why and what to do."""


class DataFolder:
    """Folder with all that an embedded run keeps, held by one process from `hold` until it ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def hold(self) -> None:
        """Take the folder, making it if necessary. Raises `FolderError` if another supervisor has it."""
        if self.path.exists() and any(self.path.iterdir()) and not (self.path / _LOCK).exists():
            raise FolderError(
                f"{self.path} holds files that are not agrimarket's. Set AGRIMARKET_DATA_DIR to a new folder."
            )
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (self.path / _LOCK).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise FolderError(
                f"agrimarket already runs on {self.path} ({holder or 'starting'}). "
                "Use that one, or stop it with Ctrl-C first."
            ) from None
        self._lock = lock
        self.say(f"process {os.getpid()}")
        shutil.rmtree(self.path / "run", ignore_errors=True)  # this only concerned the system that ran before
        for name in ("run/metrics", "logs"):
            with suppress(OSError):  # a full disk: both are done without
                (self.path / name).mkdir(parents=True, exist_ok=True)

    def say(self, holder: str) -> None:
        """Write who holds the folder, for a later process that asks for it."""
        if self._lock is not None:
            with suppress(OSError):  # a full disk
                self._lock.seek(0)
                self._lock.truncate()
                self._lock.write(holder)
                self._lock.flush()

    def is_held(self) -> bool:
        """Whether a supervisor has it at this moment, while it starts too."""
        try:
            lock = (self.path / _LOCK).open("r")
        except FileNotFoundError:
            return False
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def release(self) -> None:
        """Release the folder to others."""
        if self._lock is not None:
            self.say("")
            self._lock.close()
            self._lock = None

    def end_leftovers(self) -> list[int]:
        """Kill children that an earlier supervisor's crash left; returns their process ids. Hold the folder first."""
        mark = f"{MARK}={self.path}".encode()
        ended: list[int] = []
        for entry in Path("/proc").glob("[0-9]*/environ"):
            pid = int(entry.parent.name)
            try:
                if pid != os.getpid() and mark in entry.read_bytes().split(b"\0"):
                    os.kill(pid, signal.SIGKILL)
                    ended.append(pid)
            except OSError:  # it ended meanwhile, or belongs to somebody else
                continue
        return ended

    def remove(self) -> bool:
        """Remove the folder with all its content. False if there is none; `FolderError` if it is in use or not ours."""
        if not self.path.exists():
            return False
        self.hold()
        self.end_leftovers()
        shutil.rmtree(self.path)
        self.release()
        return True


def clean() -> int:
    """Remove the data folder; returns the exit code."""
    folder = DataFolder(Path(os.environ.get("AGRIMARKET_DATA_DIR") or ".agrimarket"))
    try:
        removed = folder.remove()
    except FolderError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(f"Removed {folder.path}." if removed else f"Nothing to remove: there is no {folder.path}.")
    return 0


if __name__ == "__main__":
    sys.exit(clean())
