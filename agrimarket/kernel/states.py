"""State machines as tables: `move(application, ApplicationState.APPROVED, TRANSITIONS)` is how a state changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from agrimarket.kernel.errors import Conflict


class IllegalTransition(Conflict):
    """The thing is in a state from which the move is not allowed."""

    code: ClassVar[str] = "state.illegal_transition"

    @classmethod
    def between(cls, current: str, target: str) -> "IllegalTransition":
        """Refusal of the move from `current` to `target`."""
        values: dict[str, Any] = {"from": str(current), "to": str(target)}
        return cls(**values)


def move(thing: Any, target: StrEnum, transitions: Mapping[Any, frozenset[Any]], *, field: str = "state") -> None:
    """Set `thing.state` to `target` if `transitions` has that arrow; `IllegalTransition` otherwise.

    The caller holds the row's lock: a state that was read before the lock may be stale.
    """
    current = type(target)(getattr(thing, field))
    if target not in transitions.get(current, frozenset()):
        raise IllegalTransition.between(current, target)
    setattr(thing, field, target)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A move that one SQL statement makes: `UPDATE … SET state = {to} WHERE state IN ({sources})`, as SQL literals."""

    sources: str
    to: str


def arrow(transitions: Mapping[Any, frozenset[Any]], sources: Collection[StrEnum], target: StrEnum) -> Arrow:
    """The move from each of `sources` to `target`; `ValueError`, when the module is read, if the table lacks one."""
    for source in sources:
        if target not in transitions.get(source, frozenset()):
            raise ValueError(f"no arrow from {source} to {target}")
    return Arrow(", ".join(f"'{source.value}'" for source in sources), f"'{target.value}'")
