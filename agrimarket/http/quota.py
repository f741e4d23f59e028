"""How many requests one network may make of the API in a minute: the limit that keeps one caller from starving others.

Each process counts for itself, in memory, since a look into the cache would cost more than many answers do. What is
dear (codes, sign-ins, uploads) has its own limits, which hold across processes (`kernel.ratelimit`).
Answers say how much is left, as draft-ietf-httpapi-ratelimit-headers has it.
"""

import time
from dataclasses import dataclass, field

from agrimarket.kernel.errors import TooManyRequests

POLICY = b"requests"
SECONDS = 60
Header = tuple[bytes, bytes]


@dataclass(slots=True)
class Quota:
    """The requests of each network in the window that runs. `limit` is a network's, for `SECONDS`."""

    limit: int
    _ends: float = 0.0
    _counts: dict[str, int] = field(default_factory=dict[str, int])
    _policy: Header = field(init=False)

    def __post_init__(self) -> None:
        self._policy = (b"ratelimit-policy", b'"%s";q=%d;w=%d' % (POLICY, self.limit, SECONDS))

    def take(self, network: str) -> tuple[bool, list[Header]]:
        """Count a request: whether it may be answered, and the headers that tell how the network stands."""
        now = time.monotonic()
        if now >= self._ends:
            self._ends, self._counts = now + SECONDS, {}
        used = self._counts[network] = self._counts.get(network, 0) + 1
        left, resets = max(self.limit - used, 0), int(self._ends - now) + 1
        return used <= self.limit, [
            self._policy,
            (b"ratelimit", b'"%s";r=%d;t=%d' % (POLICY, left, min(resets, SECONDS))),
        ]

    def refusal(self) -> TooManyRequests:
        """What a request too many is refused with (429)."""
        return TooManyRequests(retry_after=int(self._ends - time.monotonic()) + 1)
