"""Rate limits that hold across processes, in the cache; while the cache is unreachable, per process."""

from functools import cache

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from agrimarket.kernel.errors import LimitReached
from agrimarket.settings import get_settings

log = structlog.get_logger(__name__)
_parse = cache(parse)


@cache
def _limiters() -> tuple[SlidingWindowCounterRateLimiter, SlidingWindowCounterRateLimiter]:
    local = SlidingWindowCounterRateLimiter(MemoryStorage())
    url = get_settings().cache_url
    if not url:
        return local, local
    return SlidingWindowCounterRateLimiter(storage_from_string(url, socket_timeout=0.2)), local


def hit(limit: str, *who: str) -> None:
    """Count one use of `limit` (for example `"5/10 minutes"`) by `who`, the act first; `LimitReached` beyond it."""
    if not within(limit, *who):
        item: RateLimitItem = _parse(limit)
        raise LimitReached(who[0], item.amount, int(item.get_expiry()))


def within(limit: str, *who: str) -> bool:
    """Count one use of `limit` by `who`, the act first; whether it was still within it."""
    item: RateLimitItem = _parse(limit)
    shared, local = _limiters()
    try:
        return shared.hit(item, *who)
    except RedisError as error:
        log.warning("cache_unavailable", error=str(error))
        return local.hit(item, *who)
