"""A drive of one's own for the length of a test: its file is read as a process that starts reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agrimarket.drive import Drive, drive
from agrimarket.kernel.i18n import catalogue
from agrimarket.settings import get_settings


@contextmanager
def driving(folder: Path, text: str) -> Iterator[Drive]:
    """`text` is the drive's file, in `folder`, while the block runs."""
    path = folder / "drive.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGRIMARKET_DRIVE_FILE", str(path))
        _read_anew()
        yield drive()
    _read_anew()


def _read_anew() -> None:
    for kept in (get_settings, drive, catalogue):
        kept.cache_clear()
