"""Stripe's example objects, where this machine has them."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any


def reference() -> Path | None:
    """Stripe's fixtures, if this machine has them."""
    folder = os.environ.get("AGRIMARKET_REFERENCE_DATA_DIR") or Path(__file__).parents[3] / "shared" / "data"
    file = Path(folder) / "stripe" / "fixtures3.json"
    return file if file.is_file() else None


@cache
def resources() -> dict[str, dict[str, Any]]:
    """Stripe's example of each kind of object; none without the fixtures."""
    file = reference()
    return {} if file is None else json.loads(file.read_text())["resources"]
