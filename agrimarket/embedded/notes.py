"""Small files that make a run more convenient, and that a full disk may keep from being written."""

import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def note(path: Path, text: str, mode: int = 0o600) -> bool:
    """Write a file whole; where there is no room for it, what was there before stays. Returns whether there was."""
    unfinished = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
            file.write(text)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        return False
    return True


@contextmanager
def log_of(path: Path) -> Generator[IO[bytes]]:
    """A log to append to, unbuffered; nowhere, if the file cannot be made."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError:
        descriptor = os.open(os.devnull, os.O_WRONLY)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        yield file
