"""Programs that handle uploaded files, each in a process of its own with little memory and time.

Uploads are not trusted: a crash or an endless loop there stops nothing else, and the memory that libraries take up is
given back.
"""

import resource
import subprocess
import sys
from typing import Final

MEMORY: Final = 1 << 30
"""Bytes of address space."""
CPU_SECONDS: Final = 10
SECONDS: Final = 15


class Failed(Exception):
    """The process refused, crashed, or ran out of time or memory. `status` is the exit status, None for a time-out."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


def run(program: str, content: bytes, *arguments: object) -> bytes:
    """Output of the module `program` beside this one, given `content` as its input; `Failed`."""
    command = [sys.executable, "-m", f"{__package__}.{program}", *map(str, arguments)]
    try:
        return subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=True).stdout
    except subprocess.CalledProcessError as error:
        raise Failed(error.returncode) from error
    except subprocess.TimeoutExpired as error:
        raise Failed(None) from error


def limit() -> None:
    """Limit this process to `MEMORY` and `CPU_SECONDS`; every program that runs apart calls it first."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
