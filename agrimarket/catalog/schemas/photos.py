"""Photos of listings on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.catalog.models.listings import ListingPhoto
from agrimarket.catalog.types.photos import MAX_PHOTOS, PHOTO_SIZES, Picture, Placed
from agrimarket.kernel.resources import ListingPhotoId
from agrimarket.kernel.wire import Count, In, Out, Text

_SMALL, _MEDIUM, _LARGE = PHOTO_SIZES
Alt = Annotated[
    str,
    Field(max_length=200, description="What it shows, in the seller's words; empty where they gave none."),
]
Url = Annotated[str, Field(max_length=60, examples=["/photos/lph_01m8504b7ye8nbqetv75q9crjn/320.webp"])]


class ListingPhotoOut(Out):
    """A photo of a listing as WebP in three sizes, of which no side has more than 320, 800 or 1600 pixels.

    `width` and `height` are those of the largest. What is at an address never changes.
    """

    id: ListingPhotoId
    alt: Alt
    width: Count
    height: Count
    small: Url
    medium: Url
    large: Url

    @classmethod
    def of(cls, photo: Picture) -> "ListingPhotoOut":
        """The photo as the service sees it, for the wire."""
        return cls.model_validate(wire(photo))

    @classmethod
    def row(cls, photo: ListingPhoto) -> "ListingPhotoOut":
        """The photo's row, for the wire."""
        return cls.of(Picture(photo.id, photo.width, photo.height, photo.alt))


def wire(photo: Picture) -> dict[str, object]:
    """The JSON object of a `ListingPhotoOut`."""
    return {
        "id": photo.reference,
        "alt": photo.alt,
        "width": photo.width,
        "height": photo.height,
        "small": photo.path(_SMALL),
        "medium": photo.path(_MEDIUM),
        "large": photo.path(_LARGE),
    }


Photos = Annotated[list[ListingPhotoOut], Field(max_length=MAX_PHOTOS, description="In the seller's order.")]


class PlacedIn(In):
    """A photo at its place. Without `alt` its words stay as they are."""

    id: ListingPhotoId
    alt: Annotated[Text | None, Field(examples=["東港九九草莓，今早採摘"])] = None


class PhotosIn(In):
    """All photos of a listing, in their new order."""

    photos: Annotated[list[PlacedIn], Field(max_length=MAX_PHOTOS)]

    def placed(self) -> list[Placed]:
        """The order, for the service."""
        return [Placed(photo.id, photo.alt) for photo in self.photos]


class PhotosOut(Out):
    """The photos of a listing."""

    photos: Photos
