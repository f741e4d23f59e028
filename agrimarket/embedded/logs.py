"""Logs of the children: a new file at each start of the system, the previous one kept, none above its cap."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

CAP = 20_000_000
"""Bytes of a log at most."""


class Logs:
    """Logs in `folder`, one for each child."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Path of the log of the child `name`."""
        return self.folder / f"{name}.log"

    def begin(self) -> None:
        """Keep each log of the previous run beside a new, empty one."""
        for path in self.folder.glob("*.log"):
            path.replace(path.with_suffix(".log.1"))

    def cap(self) -> None:
        """Empty every log that has grown too long; its child goes on writing at the new start."""
        for path in self.folder.glob("*.log"):
            if path.stat().st_size > CAP:
                with suppress(OSError):  # a full disk, on which emptying the log matters most
                    shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)  # children append, so they go on at the new end
