"""Photos from people: decoded, checked and encoded anew, so that the stored file is a picture and nothing else."""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import ClassVar, Final

from PIL import Image, ImageOps, UnidentifiedImageError

from agrimarket.kernel.errors import DomainError, Kind

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MAX_BYTES: Final = 12_000_000
MAX_PIXELS: Final = 50_000_000
"""Pixels of a photo at most, more than any telephone's camera makes; decoded they take 150 MB, for a moment."""
MAX_SIDE: Final = 2_048
"""Longest side of a stored photo: enough to see a bruise on a strawberry, small enough for an old phone."""
QUALITY: Final = 82


class PhotoUnreadable(DomainError):
    """The file is not a JPEG, PNG or WebP picture, whatever its name says (415)."""

    code: ClassVar[str] = "photo.unreadable"
    kind = Kind.UNSUPPORTED


class PhotoTooLarge(DomainError):
    """The photo has more bytes or pixels than the limit (413)."""

    code: ClassVar[str] = "photo.too_large"
    kind = Kind.TOO_LARGE


@dataclass(frozen=True, slots=True)
class Photo:
    """A WebP picture, upright, without metadata."""

    content: bytes
    width: int
    height: int

    @property
    def sha256(self) -> str:
        """SHA-256 of its content: a name under which the same picture is stored once."""
        return hashlib.sha256(self.content).hexdigest()


def take_in(uploaded: bytes, *, max_bytes: int = MAX_BYTES, max_side: int = MAX_SIDE) -> Photo:
    """Decode an upload and encode it anew as WebP, turned upright, no side above `max_side` pixels.

    Only the pixels of the upload are kept: no EXIF, no place, no second file behind the first. Its size is read from
    the header, and refused if too large, before anything is decoded. `PhotoTooLarge`, `PhotoUnreadable`.
    """
    if len(uploaded) > max_bytes:
        raise PhotoTooLarge(megabytes=max_bytes // 1_000_000, megapixels=MAX_PIXELS // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is checked below
            with Image.open(io.BytesIO(uploaded), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise PhotoTooLarge(megabytes=max_bytes // 1_000_000, megapixels=MAX_PIXELS // 1_000_000)
                image.draft("RGB", (max_side, max_side))  # a JPEG is decoded small at once
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((max_side, max_side))
                return _written(upright)
    except Image.DecompressionBombError as error:
        raise PhotoTooLarge(megabytes=max_bytes // 1_000_000, megapixels=MAX_PIXELS // 1_000_000) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:  # all that Pillow raises for bad data
        raise PhotoUnreadable from error


def _written(image: Image.Image) -> Photo:
    plain = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    plain.info.clear()
    buffer = io.BytesIO()
    plain.save(buffer, "WEBP", quality=QUALITY, method=4)
    return Photo(buffer.getvalue(), plain.width, plain.height)
