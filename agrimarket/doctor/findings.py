"""What the doctor found about one part."""

from dataclasses import dataclass
from enum import Enum, auto


class Mark(Enum):
    """How bad it is: a failure stops people, a warning will."""

    GOOD = auto()
    WARNING = auto()
    FAILURE = auto()


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: what was seen, and what to do about it."""

    name: str
    mark: Mark
    said: str
    todo: str = ""


def good(name: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(name, Mark.GOOD, said)


def warning(name: str, said: str, todo: str) -> Finding:
    """Something to look at."""
    return Finding(name, Mark.WARNING, said, todo)


def failure(name: str, said: str, todo: str) -> Finding:
    """Something that does not work."""
    return Finding(name, Mark.FAILURE, said, todo)
