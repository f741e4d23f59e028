"""Command `agrimarket up`: everything embedded, under one supervisor, until Ctrl-C.

This module imports little, so that the children's long imports begin early, at the same time as the supervisor's.
"""

import os
import sys
import time
from pathlib import Path

from agrimarket.embedded import environment
from agrimarket.embedded.folder import MARK, DataFolder, FolderError
from agrimarket.embedded.logs import Logs
from agrimarket.embedded.nursery import Nursery


def up() -> int:
    """Start what is not configured, and agrimarket's own processes, and watch. Returns the exit code.

    The code is 1 if another supervisor has the data folder or the start failed. No process is ever left behind.
    """
    began = time.monotonic()
    folder = DataFolder(Path(os.environ.get("AGRIMARKET_DATA_DIR") or ".agrimarket"))
    try:
        folder.hold()
    except FolderError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    try:
        ended = folder.end_leftovers()
        logs = Logs(folder.path / "logs")
        logs.begin()
        nursery = Nursery(folder.path / "run" / "nursery.ready", logs.path("nursery"))
        nursery.env = os.environ | {MARK: str(folder.path)}
        nursery.begin()
        from agrimarket.embedded.run import run

        return run(folder, nursery, len(ended), began)
    finally:
        environment.withdraw(folder.path)
        folder.release()
