"""Pictures of every kind that telephones, scanners and programs make."""

import io
from typing import Any

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB", **options: Any) -> bytes:
    """A picture of one colour."""
    return written(Image.new(mode, size), kind, **options)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def shown(content: bytes) -> Image.Image:
    """A file as the picture that people see."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def halves(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture whose left half is red, and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)
