"""Previews: pictures of documents in the sizes that pages show. PDFium draws PDFs in a process apart."""

from typing import Final

from agrimarket.integrations import photos
from agrimarket.onboarding.documents import apart
from agrimarket.onboarding.errors import DocumentUnreadable

SIDES: Final = (320, 1_200)
"""Longest sides in pixels: beside a question, and large enough to read."""


def draw(content: bytes, media_type: str, page: int, side: int) -> bytes:
    """WebP of a kept photo, or of page `page` (from 1) of a kept PDF. `DocumentUnreadable` if it cannot be drawn."""
    picture = content if media_type == "image/webp" else _page(content, page, side)
    return photos.take_in(picture, max_side=side).content


def _page(content: bytes, page: int, side: int) -> bytes:
    try:
        return apart.run("drawing", content, page, side)
    except apart.Failed as error:
        raise DocumentUnreadable from error
