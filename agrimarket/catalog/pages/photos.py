"""Addresses of listings' photos: pictures for everybody, as pages show them."""

from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.catalog.flows import photos
from agrimarket.http.handlers import page
from agrimarket.http.negotiation import same_for_all
from agrimarket.http.params import Word
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import ListingPhotoId
from agrimarket.settings import Settings

FOR_EVERYBODY = "public, max-age=31536000, immutable"
FOR_ITS_SELLER = "private, no-store"


@page("/photos/{listing_photo_id:str}/{name:str}")
def show_photo(
    request: Request[Any, Any, Any],
    listing_photo_id: FromPath[ListingPhotoId],
    name: Word,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    visitor: NamedDependency[Principal | None],
) -> Response[bytes]:
    """A photo in one of its sizes, `320.webp`. What is at the address never changes, so it may be kept for a year.

    That of a draft is shown to its seller only, and kept by nobody else.
    """
    size, dot, ending = name.partition(".")
    if not (size.isascii() and size.isdecimal() and len(size) < 5 and dot and ending == "webp"):
        raise NotFound
    content, everybody = photos.content(db, settings, visitor, listing_photo_id, int(size))
    if everybody:
        same_for_all(request)
    headers = {
        "Cache-Control": FOR_EVERYBODY if everybody else FOR_ITS_SELLER,
        "ETag": f'"{listing_photo_id.hex}-{size}"',
    }
    return Response(content, media_type="image/webp", headers=headers)
