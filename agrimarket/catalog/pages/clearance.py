"""Pages of the clearance lists: of a day, with its files; of all days, as a feed; and being told of each."""

from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.catalog.pages import clearance_files
from agrimarket.catalog.pages.atom import ATOM
from agrimarket.catalog.pages.clearance_files import MEDIA_TYPES
from agrimarket.catalog.routes.clearance import Edition, Product, Region, day_of
from agrimarket.catalog.service import clearance, clearance_follows
from agrimarket.catalog.types.clearance import BY_POSITION, Change, ClearanceFilter, ClearanceLine, ClearanceSheet
from agrimarket.http.etag import content_tag
from agrimarket.http.handlers import form, page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page, see_other
from agrimarket.http.params import Cursor
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import NotFound
from agrimarket.kernel.i18n import LANGUAGES, last_day
from agrimarket.kernel.principal import Principal, Role
from agrimarket.kernel.quantity import Weight
from agrimarket.kernel.resources import ClearanceFollowId, reference
from agrimarket.regions.service import places
from agrimarket.settings import Settings

AnyRequest = Request[Any, Any, Any]
HOME = "/clearance"
SHOWN = 200
DAYS = 30
"""Days of which the page links the lists, and that are in the feed."""


@page(HOME)
def newest(
    request: AnyRequest,
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    region: Region = "",
    product: Product = "",
    cursor: Cursor = None,
) -> Template:
    """The newest list."""
    with db.reading() as session:
        sheet = clearance.newest(session)
        return _page(request, session, visitor, sheet, ClearanceFilter(region, product), cursor)


@page(f"{HOME}/{{asked:str}}")
def of_day(
    request: AnyRequest,
    asked: FromPath[str],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    settings: NamedDependency[Settings],
    region: Region = "",
    product: Product = "",
    edition: Edition = None,
    cursor: Cursor = None,
) -> Response[Any]:
    """The list of a day, `2020-02-17`; or its file, `2020-02-17.csv` or `.xlsx`."""
    day, _, kind = asked.partition(".")
    wanted = ClearanceFilter(region, product)
    with db.reading() as session:
        sheet = clearance.read(session, day_of(day), edition)
        if not kind:
            return _page(request, session, visitor, sheet, wanted, cursor)
        if kind not in MEDIA_TYPES:
            raise NotFound
        language, lines = language_of(request), clearance.lines(session, sheet, wanted)
        called = clearance.places_of(session, lines, language)
    content = clearance_files.file_of(lines, called, language, settings.base_url, kind)
    return _file(content, MEDIA_TYPES[kind], f"clearance-{sheet.day}-{sheet.edition}.{kind}")


@page(f"{HOME}/feed")
def feed(request: AnyRequest, db: NamedDependency[Database], settings: NamedDependency[Settings]) -> Response[bytes]:
    """The lists of the last days as an Atom feed."""
    with db.reading() as session:
        found = clearance.sheets(session, None, DAYS)
    return _file(clearance_files.feed_of(found, language_of(request), settings.base_url), ATOM)


def _file(content: bytes, media_type: str, name: str = "") -> Response[bytes]:
    headers = {"ETag": content_tag(content), "Cache-Control": "no-cache"}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, media_type=media_type, headers=headers)


def _page(
    request: AnyRequest,
    session: Session,
    visitor: Principal | None,
    sheet: ClearanceSheet | None,
    wanted: ClearanceFilter,
    cursor: str | None,
) -> Template:
    language, window = language_of(request), BY_POSITION.window(cursor, SHOWN)
    found = clearance.lines(session, sheet, wanted, window.after or 0, window.rows) if sheet else []
    shown, following = window.cut(found)
    provinces, kinds = clearance.choices(session, sheet) if sheet else ([], [])
    codes = {line.region_code for line in shown} | {f"{province}0000" for province in provinces}
    called = places.called(session, codes, language)
    buyer = visitor is not None and visitor.has(Role.BUYER)
    query = f"region={wanted.region}&product={wanted.product}"
    return render_page(
        request,
        "clearance.html",
        visitor=visitor,
        sheet=sheet,
        summary=clearance_files.summary(sheet, language) if sheet else "",
        changes={change.value: numbers for change, numbers in _changes(session, sheet).items()},
        rows=[_row(line, called, language) for line in shown],
        more=f"{HOME}/{sheet.day}?{query}&edition={sheet.edition}&cursor={following}" if sheet and following else "",
        wanted=wanted,
        query=query,
        provinces=[(code, called.get(f"{code}0000", code)) for code in provinces],
        kinds=[(code, names[LANGUAGES.index(language)]) for code, *names in kinds],
        days=clearance.sheets(session, None, DAYS),
        buyer=buyer,
        told=bool(visitor and buyer and clearance_follows.is_following(session, visitor)),
    )


def _changes(session: Session, sheet: ClearanceSheet | None) -> dict[Change, list[str]]:
    return clearance.changes(session, sheet) if sheet else {}


def _row(line: ClearanceLine, called: dict[str, str], language: str) -> dict[str, Any]:
    by_jin = language != "en"
    price = clearance_files.per_jin(line.price_per_kg) if by_jin else line.price_per_kg
    return {
        "number": line.number,
        "product": line.called(language),
        "grade": clearance_files.grade_of(line, language),
        "place": called.get(line.region_code, line.origin_name),
        "weight": Weight(line.grams),
        "last_day": last_day(line.spoils_at),
        "price": price,
        "pack": Weight(line.pack_grams) if line.pack_grams else None,
        "href": f"/listings/{reference('listing', line.listing_id)}" if line.listing_id else "",
        "office": line.office,
        "given_on": line.given_on,
    }


@form(f"{HOME}/follow")
def follow(db: NamedDependency[Database], buyer: NamedDependency[Principal]) -> Redirect:
    """Be told of each list."""
    with db.transaction() as session:
        clearance_follows.begin(session, buyer)
    return see_other(f"{HOME}#told")


@form(f"{HOME}/unfollow")
def unfollow(db: NamedDependency[Database], principal: NamedDependency[Principal]) -> Redirect:
    """Be told no more."""
    with db.transaction() as session:
        clearance_follows.end(session, principal)
    return see_other(f"{HOME}#told")


@page(f"{HOME}/told/{{clearance_follow_id:str}}")
def by_link(
    request: AnyRequest,
    clearance_follow_id: FromPath[ClearanceFollowId],
    db: NamedDependency[Database],
    visitor: NamedDependency[Principal | None],
    day: Annotated[str, QueryParameter(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^$", max_length=10)] = "",
) -> Template:
    """Where a text leads: to the list of its day, or to no more texts; nobody needs to sign in for that."""
    with db.reading() as session:
        clearance_follows.require(session, clearance_follow_id)
    href = f"{HOME}/told/{reference('clearance_follow', clearance_follow_id)}"
    return render_page(request, "clearance/told.html", visitor=visitor, day=day, href=href)


@form(f"{HOME}/told/{{clearance_follow_id:str}}/end")
def end(clearance_follow_id: FromPath[ClearanceFollowId], db: NamedDependency[Database]) -> Redirect:
    """No more texts."""
    with db.transaction() as session:
        clearance_follows.require(session, clearance_follow_id)
        clearance_follows.end_by_link(session, clearance_follow_id)
    return see_other(f"{HOME}#told")


HANDLERS: list[ControllerRouterHandler] = [newest, of_day, feed, follow, unfollow, by_link, end]
