"""Photos from people: decoded, checked and encoded anew, so that the stored file is a picture and nothing else."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from agrimarket.integrations.apart import pool
from agrimarket.integrations.apart.wire import Reason, Refused
from agrimarket.kernel.errors import DomainError, Kind

MAX_BYTES: Final = 12_000_000
MAX_SIDE: Final = 2_048
"""Longest side of a stored photo: enough to see a bruise on a strawberry, small enough for an old phone."""


class PhotoUnreadable(DomainError):
    """The file is not a picture (JPEG, PNG, WebP, HEIC, AVIF), whatever its name says (415)."""

    code: ClassVar[str] = "photo.unreadable"
    kind = Kind.UNSUPPORTED


class PhotoTooLarge(DomainError):
    """The photo has more bytes than the limit, `details.megabytes` (413)."""

    code: ClassVar[str] = "photo.too_large"
    kind = Kind.TOO_LARGE


class PhotoTooManyPixels(PhotoTooLarge):
    """The photo has more pixels than the limit, `details.megapixels` (413)."""

    code: ClassVar[str] = "photo.too_many_pixels"


class PhotoTooHeavy(PhotoTooLarge):
    """Opening the photo takes more time or memory than there is for one (413)."""

    code: ClassVar[str] = "photo.too_heavy"


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
    """Decode an upload apart and encode it anew as WebP, turned upright, no side above `max_side` pixels.

    Only the pixels of the upload are kept: no EXIF, no place, no second file behind the first. Its size is read from
    the header, and refused if too large, before anything is decoded. `PhotoUnreadable`, `PhotoTooLarge` and its kinds;
    `pool.Busy`.
    """
    opened = _open("picture", uploaded, max_bytes, side=max_side)
    return Photo(opened.content, opened.facts["width"], opened.facts["height"])


def take_in_sizes(uploaded: bytes, sides: Sequence[int], *, max_bytes: int = MAX_BYTES) -> list[Photo]:
    """The same for several ascending sizes at once, decoded once; a small picture is the same in each. As `take_in`."""
    opened = _open("sizes", uploaded, max_bytes, sides=sides)
    taken: list[Photo] = []
    at = 0
    for width, height, size in opened.facts["sizes"]:
        taken.append(Photo(opened.content[at : at + size], width, height))
        at += size
    return taken


def _open(program: str, uploaded: bytes, max_bytes: int, **arguments: int | Sequence[int]) -> pool.Opened:
    if len(uploaded) > max_bytes:
        raise PhotoTooLarge(megabytes=max_bytes // 1_000_000)
    try:
        return pool.run(program, uploaded, **arguments)
    except Refused as error:
        raise _refusal(error) from error


def _refusal(error: Refused) -> DomainError:
    match error.reason:
        case Reason.PIXELS:
            return PhotoTooManyPixels(megapixels=error.most)
        case Reason.EFFORT:
            return PhotoTooHeavy()
        case _:
            return PhotoUnreadable()
