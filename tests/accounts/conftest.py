"""Separate rate limits for each test."""

from collections.abc import Iterator

import pytest

from agrimarket.kernel import ratelimit


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    """Reset the limits, which this process counts, before each test."""
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
    yield
    ratelimit._limiters.cache_clear()  # pyright: ignore[reportPrivateUsage]
