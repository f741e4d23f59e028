"""Previews: pictures of documents in the size in which they are shown.

A PDF is drawn by PDFium in a process of its own (`drawing`) with little memory and time: what people send is not
trusted, and a crash or an endless page there stops nothing else.
"""

import subprocess
import sys
from typing import Final

from agrimarket.integrations import photos
from agrimarket.onboarding.errors import DocumentUnreadable

SIDES: Final = (320, 1_200)
"""Longest side in pixels: beside a question, and to read from."""
SECONDS: Final = 15
"""How long drawing a page may take."""


def draw(content: bytes, media_type: str, page: int, side: int) -> bytes:
    """WebP of a kept photo, or of page `page` (from 1) of a kept PDF. `DocumentUnreadable` where it cannot be drawn."""
    picture = content if media_type == "image/webp" else _page(content, page, side)
    return photos.take_in(picture, max_side=side).content


def _page(content: bytes, page: int, side: int) -> bytes:
    command = [sys.executable, "-m", "agrimarket.onboarding.documents.drawing", str(page), str(side)]
    try:
        return subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=True).stdout
    except subprocess.SubprocessError as error:
        raise DocumentUnreadable from error
