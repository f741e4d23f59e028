"""Previews: pictures of documents in the sizes that pages show."""

from typing import Final

from agrimarket.integrations.apart import pool
from agrimarket.integrations.apart.wire import Refused
from agrimarket.onboarding.errors import DocumentUnreadable

SIDES: Final = (320, 1_200)
"""Longest sides in pixels: beside a question, and large enough to read."""


def draw(content: bytes, media_type: str, page: int, side: int) -> bytes:
    """WebP of a kept photo, or of page `page` (from 1) of a kept PDF. `DocumentUnreadable` if it cannot be drawn;
    `pool.Busy`."""
    try:
        if media_type == "image/webp":
            return pool.run("picture", content, side=side).content
        return pool.run("pdf_page", content, page=page, side=side).content
    except Refused as error:
        raise DocumentUnreadable from error
