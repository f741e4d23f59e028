"""What programs find of the market: a feed of what is new, the pages to be read, and which are for people alone."""

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.types import ControllerRouterHandler

from agrimarket.catalog.pages import atom
from agrimarket.catalog.pages.atom import ATOM, Entry
from agrimarket.catalog.service import feeds
from agrimarket.catalog.types.listings import ListingView
from agrimarket.http.etag import content_tag
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import last_day, t
from agrimarket.kernel.resources import reference
from agrimarket.regions.service import places
from agrimarket.settings import Settings

NEWEST: Final = 50
"""Listings of the feed."""
MAPPED: Final = 1_000
"""Listings of the map of the site."""
PUBLIC: Final = ("/", "/clearance", "/regions", "/about", "/guides")
"""Pages for everybody that stay."""
PRIVATE: Final = ("/me", "/sell/", "/desk", "/review", "/coach", "/orders", "/claims", "/sign-in", "/place", "/v1/")
"""Addresses below which nothing is for strangers or for search engines."""
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


@page("/listings/feed")
def feed(
    request: Request[Any, Any, Any], db: NamedDependency[Database], settings: NamedDependency[Settings]
) -> Response[bytes]:
    """What was put on sale last, as an Atom feed."""
    language, site = language_of(request), settings.base_url
    with db.reading() as session:
        shown = feeds.on_sale(session, None, NEWEST).listings
        called = places.called(session, {each.region_code for each in shown}, language)
    entries = [_entry(each, called, language, site) for each in shown]
    content = atom.feed(t("market.on_sale", language), f"{site}/", f"{site}/listings/feed", entries, language)
    return _file(content, ATOM)


def _entry(listing: ListingView, called: Mapping[str, str], language: str, site: str) -> Entry:
    address = f"{site}/listings/{reference('listing', listing.id)}"
    told = t(
        "market.feed_entry",
        language,
        produce=listing.names[language],
        place=called.get(listing.region_code, listing.origin_name),
        price=listing.price,
        day=last_day(listing.perish_by),
    )
    return Entry(address, listing.title, listing.published_at or listing.perish_by, told, address)


@page("/sitemap.xml")
def sitemap(db: NamedDependency[Database], settings: NamedDependency[Settings]) -> Response[bytes]:
    """Addresses of the pages for everybody: those that stay, and the newest listings."""
    with db.reading() as session:
        shown = feeds.on_sale(session, None, MAPPED).listings
    root = ElementTree.Element("urlset", {"xmlns": _SPACE})
    for path in (*PUBLIC, *(f"/listings/{reference('listing', each.id)}" for each in shown)):
        ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = settings.base_url + path
    return _file(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), "application/xml; charset=utf-8")


@page("/robots.txt")
def robots(settings: NamedDependency[Settings]) -> Response[bytes]:
    """What search engines may read, and where the map of the site is."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE), f"Sitemap: {settings.base_url}/sitemap.xml"]
    return _file("".join(f"{line}\n" for line in lines).encode(), "text/plain; charset=utf-8")


def _file(content: bytes, media_type: str) -> Response[bytes]:
    headers = {"ETag": content_tag(content), "Cache-Control": "no-cache"}
    return Response(content, media_type=media_type, headers=headers)


HANDLERS: list[ControllerRouterHandler] = [feed, sitemap, robots]
