"""Photos of listings as services take and give them."""

from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from agrimarket.kernel.resources import reference

PHOTO_SIZES: Final = (320, 800, 1600)
"""Pixels of the longest side of the three pictures that are made of a photo; none is larger than what was sent."""
MAX_PHOTOS: Final = 6
"""Photos of a listing at most."""


class Picture(NamedTuple):
    """A photo of a listing; `width` and `height` in the largest of its sizes, `alt` in its seller's words or empty."""

    id: UUID
    width: int
    height: int
    alt: str

    @property
    def reference(self) -> str:
        """Its id on the wire."""
        return reference("listing_photo", self.id)

    def path(self, size: int) -> str:
        """Address of it in one of `PHOTO_SIZES`; what is there never changes."""
        return f"/photos/{self.reference}/{size}.webp"

    def sources(self) -> list[tuple[str, int]]:
        """Addresses of its different pictures with their widths, from the smallest on."""
        longest = max(self.width, self.height)
        different = 1 + sum(size < longest for size in PHOTO_SIZES[:-1])
        return [
            (self.path(size), max(1, round(self.width * min(1, size / longest)))) for size in PHOTO_SIZES[:different]
        ]


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that is in storage under `key`; `sha256` is its largest picture's, `width` and `height` too."""

    key: str
    sha256: str
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo's place among a listing's, by the order of a list; `alt` None leaves its words as they are."""

    id: UUID
    alt: str | None = None
