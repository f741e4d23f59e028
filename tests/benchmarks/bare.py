"""Least possible application on Litestar: an answer of `AGRIMARKET_BENCH_BYTES` bytes, and nothing behind it."""

import os

from litestar import Litestar, MediaType, get

_BODY = b"x" * int(os.environ.get("AGRIMARKET_BENCH_BYTES", "100"))


@get("/", media_type=MediaType.JSON)
async def answer() -> bytes:
    """Return the same bytes each time."""
    return _BODY


app = Litestar([answer], openapi_config=None)
