"""The HTML handler of a seller's public page."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from agrimarket.catalog import rules
from agrimarket.catalog.pages import reach, shelves
from agrimarket.catalog.service import sellers
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.resources import SellerId, reference


@page("/sellers/{seller_id:str}")
def show_seller(
    request: Request[Any, Any, Any],
    seller_id: FromPath[SellerId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    cursor: Cursor = None,
) -> Template:
    """Who sells: their name, their county, since when, and what they have on sale; never a telephone number."""
    language = language_of(request)
    with db.reading() as session:
        shop = sellers.shop(session, seller_id, cursor)
        there = reach.place(session, request, visitor)
        shelf = shelves.shelf(session, shop.listings, there, language)
    return render_page(
        request,
        "sellers.html",
        visitor=visitor,
        shop=shop,
        since=rules.china_day(shop.seller.since),
        there=there,
        cards=shelf.cards(language),
        more=f"/sellers/{reference('seller', seller_id)}?cursor={shop.following}" if shop.following else "",
    )


HANDLERS: list[ControllerRouterHandler] = [show_seller]
