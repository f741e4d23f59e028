"""The least that Litestar can do: an answer of as many bytes as `AGRIMARKET_BENCH_BYTES`, and nothing behind it."""

import os

from litestar import Litestar, MediaType, get

_BODY = b"x" * int(os.environ.get("AGRIMARKET_BENCH_BYTES", "100"))


@get("/", media_type=MediaType.JSON)
async def answer() -> bytes:
    """Always the same."""
    return _BODY


app = Litestar([answer], openapi_config=None)
