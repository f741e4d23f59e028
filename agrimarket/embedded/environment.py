"""Environment of an embedded run's processes, and how a command in another terminal learns it."""

import json
import os
from pathlib import Path

from agrimarket.embedded.notes import note

_FILE = Path("run") / "environment.json"


def publish(data_dir: Path, environment: dict[str, str]) -> None:
    """Let other commands of the same user find the running system. The file has mode 0600, since it holds secrets."""
    note(data_dir / _FILE, json.dumps(environment, indent=1))


def withdraw(data_dir: Path) -> None:
    """Remove what `publish` wrote, once nothing runs any more."""
    (data_dir / _FILE).unlink(missing_ok=True)


def join() -> bool:
    """Take over the environment that a running system published, except for what this process configures itself.

    Call it before the settings are read. False if no system of this data folder runs.
    """
    path = Path(os.environ.get("AGRIMARKET_DATA_DIR") or ".agrimarket") / _FILE
    if not path.exists():
        return False
    for name, value in json.loads(path.read_text()).items():
        os.environ.setdefault(name, value)
    return True
