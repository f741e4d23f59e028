"""The children's logs: a new file at each start of the system, the one before kept, none above its cap."""

import os
import shutil
from pathlib import Path

CAP = 20_000_000
"""Bytes."""


class Logs:
    """The logs in `folder`, one a child."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where the child `name` writes."""
        return self.folder / f"{name}.log"

    def begin(self) -> None:
        """Keep each log of the run before this one beside an empty new one."""
        for path in self.folder.glob("*.log"):
            path.replace(path.with_suffix(".log.1"))

    def cap(self) -> None:
        """Cut every log that grew too long; the child keeps writing into it, from its new start."""
        for path in self.folder.glob("*.log"):
            if path.stat().st_size > CAP:
                shutil.copyfile(path, path.with_suffix(".log.1"))
                os.truncate(path, 0)  # children append, so they go on at the new end
