"""Photos of listings over HTTP."""

from typing import Annotated

from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody

from agrimarket.catalog.flows import photos as flows
from agrimarket.catalog.schemas.photos import ListingPhotoOut, PhotosIn, PhotosOut
from agrimarket.catalog.service import photos
from agrimarket.http.handlers import delete, post, put
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import ListingId, ListingPhotoId
from agrimarket.settings import Settings

TAGS = ["catalog"]
Upload = Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)]


@post(
    "/listings/{listing_id:str}/photos",
    tags=TAGS,
    summary="Add a photo to a listing",
    request_max_body_size=MAX_BYTES + 10_000,
    statuses=(409,),
    scopes=(Scope.LISTINGS_WRITE,),
)
def add_photo(
    listing_id: FromPath[ListingId],
    data: Upload,
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    seller: NamedDependency[Principal],
) -> ListingPhotoOut:
    """The body is a multipart form with one picture (JPEG, PNG, WebP, HEIC, AVIF) of at most 12 MB, as a camera makes
    it. Nothing but its pixels is kept, no place either. A listing has at most six; the same picture is kept once."""
    return ListingPhotoOut.row(flows.add(db, settings, seller, listing_id, data.file.read(MAX_BYTES + 1)))


@put(
    "/listings/{listing_id:str}/photos",
    tags=TAGS,
    summary="Put a listing's photos in order",
    statuses=(409,),
    scopes=(Scope.LISTINGS_WRITE,),
)
def arrange_photos(
    listing_id: FromPath[ListingId],
    data: JSONBody[PhotosIn],
    db: NamedDependency[Database],
    seller: NamedDependency[Principal],
) -> PhotosOut:
    """All photos of the listing, each once, in their new order; the first one is its picture in lists."""
    with db.transaction() as session:
        photos.arrange(session, seller, listing_id, data.placed())
        found = photos.mine(session, seller, listing_id)
        return PhotosOut(photos=[ListingPhotoOut.row(photo) for photo in found])


@delete(
    "/listing-photos/{listing_photo_id:str}",
    tags=TAGS,
    summary="Remove a photo of a listing",
    scopes=(Scope.LISTINGS_WRITE,),
)
def remove_photo(
    listing_photo_id: FromPath[ListingPhotoId],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    seller: NamedDependency[Principal],
) -> None:
    """The photo and its files are gone; browsers may show it from their own stores for some time."""
    flows.remove(db, settings, seller, listing_photo_id)
