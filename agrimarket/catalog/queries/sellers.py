"""Listings of one seller, as everybody sees them."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from agrimarket.catalog.queries.listings import viewed
from agrimarket.catalog.types.listings import ListingView
from agrimarket.kernel.reading import Query


def on_sale(seller_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> Query[ListingView]:
    """Up to `limit` listings of a seller that are on sale, those that perish first on top. One statement."""
    position, last = after or (None, None)
    return viewed(_ON_SALE, {"seller": seller_id, "position": position, "after": last, "limit": limit})


_ON_SALE: Final[LiteralString] = """
    WHERE i.seller_id = %(seller)s AND i.state = 'published' AND i.perish_by > (SELECT agrimarket_now())
      AND (CAST(%(position)s AS timestamptz) IS NULL
           OR (i.perish_by, i.id) > (CAST(%(position)s AS timestamptz), CAST(%(after)s AS uuid)))
    ORDER BY i.perish_by, i.id LIMIT %(limit)s
"""
