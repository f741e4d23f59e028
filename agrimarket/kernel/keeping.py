"""Kept answers of reads: what was read of the database, given again while a version says that nothing has changed.

The caller reads the version after it was asked, so that an answer that is kept is as good as one that is read anew.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any

ENTRIES = 500
"""Answers that are kept at most; the least recently used go first."""


class Kept:
    """Answers by key, each with the version that it was read with. Threads may share it."""

    def __init__(self, entries: int = ENTRIES) -> None:
        self._entries = entries
        self._kept: OrderedDict[Hashable, tuple[str, Any]] = OrderedDict()
        self._lock = Lock()

    def knows(self, key: Hashable) -> bool:
        """Whether there is an answer of any version, so that it is worth to read the version."""
        return key in self._kept

    def get(self, key: Hashable, version: str) -> Any:
        """The answer of that version; None if there is none."""
        with self._lock:
            known, answer = self._kept.get(key, ("", None))
            if known != version:
                return None
            self._kept.move_to_end(key)
            return answer

    def put(self, key: Hashable, version: str, answer: Any) -> None:
        """Keep an answer in place of an earlier one, and drop the least recently used if there is no room."""
        with self._lock:
            self._kept[key] = (version, answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._entries:
                self._kept.popitem(last=False)
