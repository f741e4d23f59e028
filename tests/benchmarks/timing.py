"""Whether the time of an answer tells that somebody is known: the area under the ROC curve, 0.5 where it tells nothing.

Nothing is asserted by the clock; `tests/accounts/test_timing.py` asserts that the same work is done.
"""

import time
from collections.abc import Callable, Sequence


def auc(known: Sequence[float], unknown: Sequence[float]) -> float:
    """Chance that a time of `known` is longer than one of `unknown`; ties count half."""
    wins = sum((a > b) + (a == b) / 2 for a in known for b in unknown)
    return wins / (len(known) * len(unknown))


def told_by_time(known: Callable[[], object], unknown: Callable[[], object], times: int = 200) -> float:
    """`auc` of `times` calls of each, in turns, so that whatever else the machine does falls on both."""
    seconds: tuple[list[float], list[float]] = [], []
    for act, into in [(known, seconds[0]), (unknown, seconds[1])] * times:
        began = time.perf_counter()
        act()
        into.append(time.perf_counter() - began)
    return auc(*seconds)
