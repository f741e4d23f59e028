"""Places where a fault test may kill the process; `AGRIMARKET_FAILPOINT=relay.published` arms one."""

import os
from functools import cache


@cache
def _armed() -> str:
    return os.environ.get("AGRIMARKET_FAILPOINT", "")


def failpoint(name: str) -> None:
    """End the process at once, without any clean-up, if the failpoint `name` is armed."""
    if _armed() == name:
        os._exit(137)
