"""Rate limits of their own for each test."""

from collections.abc import Iterator

import pytest

from agrimarket.kernel import ratelimit


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Limits are counted in this process; each test starts from nothing."""
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
