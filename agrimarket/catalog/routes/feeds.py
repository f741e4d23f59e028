"""Feeds of what is on sale, for other platforms."""

import math
from typing import Any

from litestar import Request, Response
from litestar.di import NamedDependency

from agrimarket.catalog.schemas.feeds import ADDRESS, CONTEXT, DfcContextOut, DfcOut, graph_of
from agrimarket.catalog.service import feeds
from agrimarket.http.handlers import Wire, get, tagged
from agrimarket.http.params import Cursor, Limit
from agrimarket.http.readcache import kept_until
from agrimarket.kernel.db import Database
from agrimarket.settings import Settings

JSON_LD = "application/ld+json"
PATH = ADDRESS.removeprefix("/v1")


@get(
    PATH,
    tags=["catalog"],
    summary="What is on sale, as the Data Food Consortium says it",
    media_type=JSON_LD,
    gives=("ETag",),
)
def read_dfc(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    settings: NamedDependency[Settings],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[Wire[DfcOut]]:
    """JSON-LD: SuppliedProduct, CatalogItem, Offer, Price and quantity of each listing, and Enterprise and Address (the
    county) of who sells it. The first node is the Catalog, whose `next` is the following page."""
    with db.reading() as session:
        shown = feeds.on_sale(session, cursor, limit)
        sellers = feeds.sold_by(session, shown.listings)
    kept_until(request, min((listing.seconds_left for listing in shown.listings), default=math.inf))
    return _as_json_ld(tagged(Wire(graph_of(shown.listings, sellers, shown.next, settings.base_url))))


@get(f"{PATH}/context", tags=["catalog"], summary="Context of the feed", media_type=JSON_LD, gives=("ETag",))
def read_dfc_context() -> Response[Wire[DfcContextOut]]:
    """Each term of the feed with its IRI in the consortium's ontology."""
    return _as_json_ld(tagged(Wire({"@context": dict(CONTEXT)})))


def _as_json_ld(answer: Response[Any]) -> Response[Any]:
    answer.media_type = JSON_LD
    return answer
