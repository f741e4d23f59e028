"""Photos of arrivals over HTTP."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from agrimarket.http.handlers import get, post
from agrimarket.integrations.photos import MAX_BYTES
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal, Scope
from agrimarket.kernel.resources import DeliveryPhotoId, SellerOrderId
from agrimarket.orders.flows import delivery_photos as flows
from agrimarket.orders.routes.claims import Upload
from agrimarket.orders.schemas.shipments import DeliveryPhotoOut
from agrimarket.settings import Settings

TAGS = ["orders"]


@post(
    "/seller-orders/{order_id:str}/delivery-photos",
    tags=TAGS,
    summary="Show that an order has arrived",
    request_max_body_size=MAX_BYTES + 10_000,
    scopes=(Scope.ORDERS_WRITE,),
)
def send_delivery_photo(
    order_id: FromPath[SellerOrderId],
    data: Upload,
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
) -> DeliveryPhotoOut:
    """The seller's photo of an order on the road or just delivered: a multipart form with one picture (JPEG, PNG, WebP,
    HEIC, AVIF) of at most 12 MB, whose metadata is not kept."""
    return DeliveryPhotoOut.of(flows.keep(db, settings, principal, order_id, data.file.read(MAX_BYTES + 1)).id)


@get(
    "/delivery-photos/{delivery_photo_id:str}",
    tags=TAGS,
    summary="A photo of an arrival",
    media_type="image/webp",
    scopes=(Scope.ORDERS_READ, Scope.PURCHASES_READ),
)
def read_delivery_photo(
    delivery_photo_id: FromPath[DeliveryPhotoId],
    db: NamedDependency[Database],
    principal: NamedDependency[Principal],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """The photo, for both parties of its order and operators."""
    content = flows.content(db, settings, principal, delivery_photo_id)
    return Response(content, headers={"Cache-Control": "private, max-age=86400, immutable"})
