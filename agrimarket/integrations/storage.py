"""Files by key: the port, a folder, and a fake for tests."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from agrimarket.kernel.errors import NotFound
from agrimarket.settings import Settings

_KEY = re.compile(r"^[a-z0-9_-]+(/[a-z0-9_-]+)*(\.[a-z0-9]+)?$")


class FileMissing(NotFound):
    """Nothing is stored under that key."""


class Storage(Protocol):
    """Bytes by key. Keys are ours, never a person's: `claims/01h….webp`; `ValueError` for anything else."""

    def put(self, key: str, content: bytes) -> None:
        """Store `content`, in place of any earlier content. A reader sees the old or the new, never half of it."""
        ...

    def get(self, key: str) -> bytes:
        """The stored content; `FileMissing`."""
        ...

    def delete(self, key: str) -> None:
        """Delete the file; nothing happens if it is not there."""
        ...


def checked(key: str) -> str:
    """Return `key` if it is valid: lower-case letters, digits, `_`, `-`, folders with `/`, one extension."""
    if len(key) > 200 or not _KEY.match(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


@dataclass(frozen=True)
class FolderStorage:
    """Storage in one folder; a file is written whole and flushed to the disk before it gets its name."""

    folder: Path

    def put(self, key: str, content: bytes) -> None:
        """Store `content`."""
        path = self.folder / checked(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            with draft.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def get(self, key: str) -> bytes:
        """The stored content."""
        try:
            return (self.folder / checked(key)).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing from error

    def delete(self, key: str) -> None:
        """Delete the file."""
        (self.folder / checked(key)).unlink(missing_ok=True)


@dataclass
class FakeStorage:
    """Storage in memory."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def put(self, key: str, content: bytes) -> None:
        """Store `content`."""
        self.files[checked(key)] = content

    def get(self, key: str) -> bytes:
        """The stored content."""
        try:
            return self.files[checked(key)]
        except KeyError as error:
            raise FileMissing from error

    def delete(self, key: str) -> None:
        """Delete the file."""
        self.files.pop(checked(key), None)


def storage(settings: Settings) -> Storage:
    """The configured storage: the folder `files` of the data folder."""
    return FolderStorage(settings.data_dir / "files")
