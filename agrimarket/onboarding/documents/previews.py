"""Previews: pictures of documents in the size in which they are shown. PDFium draws a PDF apart."""

from typing import Final

from agrimarket.integrations import photos
from agrimarket.onboarding.documents import apart
from agrimarket.onboarding.errors import DocumentUnreadable

SIDES: Final = (320, 1_200)
"""Longest side in pixels: beside a question, and to read from."""


def draw(content: bytes, media_type: str, page: int, side: int) -> bytes:
    """WebP of a kept photo, or of page `page` (from 1) of a kept PDF. `DocumentUnreadable` where it cannot be drawn."""
    picture = content if media_type == "image/webp" else _page(content, page, side)
    return photos.take_in(picture, max_side=side).content


def _page(content: bytes, page: int, side: int) -> bytes:
    try:
        return apart.run("drawing", content, page, side)
    except apart.Failed as error:
        raise DocumentUnreadable from error
