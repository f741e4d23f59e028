"""Kept answers of reads: what was read of the database, given again while a version says that nothing has changed.

The caller reads the version after it was asked, so that an answer that is kept is as good as one that is read anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Answer = TypeVar("Answer")

ENTRIES = 500
"""Answers that are kept at most; the least recently used go first."""


class Kept:
    """Answers by key, each with the version that it was read with. Threads may share it."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self._entries = entries
        self._kept: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()
        self._lock = Lock()

    def read(self, key: Hashable, version: Callable[[], str], anew: Callable[[], tuple[str, Answer]]) -> Answer:
        """The answer that is kept if it is of the `version` of now, which is asked for only where one is kept.

        Else what `anew` reads, with the version that it is of; that is kept.
        """
        if key in self._kept and (known := self._get(key, version())) is not None:
            return known
        current, answer = anew()
        self._put(key, current, answer)
        return answer

    def _get(self, key: Hashable, version: str) -> Any:
        with self._lock:
            known, answer = self._kept.get(key, ("", None))
            if known != version:
                return None
            self._kept.move_to_end(key)
            return answer

    def _put(self, key: Hashable, version: str, answer: Any) -> None:
        with self._lock:
            self._kept[key] = (version, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)
