"""The market's HTML handler: what must be eaten first, and a search with choices that narrow it down."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template
from litestar.types import ControllerRouterHandler
from sqlmodel import Session

from agrimarket.catalog import rules
from agrimarket.catalog.pages import reach, shelves
from agrimarket.catalog.pages.reach import Place
from agrimarket.catalog.service import listings, products, search
from agrimarket.catalog.states import Category, Certification
from agrimarket.catalog.types.search import Facet, Facets, Found, Search, Sort
from agrimarket.http.handlers import page
from agrimarket.http.language import language_of
from agrimarket.http.pages import render_page
from agrimarket.http.params import Cursor
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, render, t
from agrimarket.kernel.keeping import Kept
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from agrimarket.kernel.reading import run
from agrimarket.regions.service import places
from agrimarket.regions.types.places import RegionInfo
from agrimarket.regions.types.serviceability import Mode

SHOWN: Final = 12
"""Cards of a page: more would wait on a weak signal for pictures that nobody has scrolled to."""
SORTS: Final = (Sort.PERISHING, Sort.NEWEST, Sort.CHEAPEST)
KEPT_SECONDS: Final = 1
"""Greatest age of what the market's version does not cover, such as the stock of a lot."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; "" and False for nothing. `price` in minor units a kilogram, `spoils` in days."""

    q: str = ""
    category: str = ""
    product: str = ""
    region: str = ""
    spoils: str = ""
    price: str = ""
    certification: str = ""
    mode: str = ""
    expected: str = ""
    reach: str = ""
    sort: str = ""

    @classmethod
    def of(cls, said: Sequence[object]) -> "Asked":
        """What the values of the address say, in the order of the fields; of no value the field stays empty."""
        return cls(**{name: _part(value) for name, value in zip(cls.__slots__, said, strict=True)})

    def given(self) -> dict[str, str]:
        """The parts that ask for something, in the order of the address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def address(self, **changes: str) -> str:
        """Address of the market with these parts changed; "" takes one off. A cursor is one more part."""
        asked = {name: value for name, value in {**self.given(), **changes}.items() if value}
        return f"/?{urlencode(asked)}" if asked else "/"

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.given().keys() - {"sort"})


@dataclass(frozen=True, slots=True)
class Hits:
    """A page of the market as it is kept: what was found, what there is to choose, the place and produce asked for.

    `place` and `produce` are None where the search asks for none; `produce` are its names by language.
    """

    found: Found
    facets: Facets | None
    place: RegionInfo | None
    produce: Mapping[str, str] | None


@page("/")
def market(
    request: Request[Any, Any, Any],
    db: NamedDependency[Database],
    kept: NamedDependency[Kept],
    visitor: NamedDependency[Principal | None],
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    category: Annotated[Category | None, QueryParameter()] = None,
    product: Annotated[str, QueryParameter(max_length=60)] = "",
    region: Annotated[str, QueryParameter(pattern="^([0-9]{2}){0,3}$")] = "",
    spoils: Annotated[int | None, QueryParameter(ge=0, le=60)] = None,
    price: Annotated[int | None, QueryParameter(ge=1, le=10_000_000)] = None,
    certification: Annotated[Certification | None, QueryParameter()] = None,
    mode: Annotated[Mode | None, QueryParameter()] = None,
    expected: Annotated[bool, QueryParameter()] = False,
    near: Annotated[bool, QueryParameter(name="reach")] = False,
    sort: Annotated[Sort, QueryParameter()] = Sort.PERISHING,
    cursor: Cursor = None,
) -> Template:
    """The home page: the way in for who has something to sell, and what is on sale, what perishes first on top."""
    order = "" if sort is Sort.PERISHING else sort.value
    said = (q, category, product, region, spoils, price, certification, mode, expected, near, order)
    asked = Asked.of(said)
    language = language_of(request)
    with db.reading() as session:
        there = reach.place(session, request, visitor)
        wanted = _wanted(asked, sort, there)
        hits = _hits(session, kept, wanted, asked.spoils, cursor)
        shelf = shelves.shelf(session, hits.found.listings, there, language)
    return render_page(
        request,
        "listings.html",
        visitor=visitor,
        asked=asked,
        there=there,
        cards=shelf.cards(language),
        first=cursor is None,
        **_choices(asked, hits, sort, there, language),
    )


def _part(value: object) -> str:
    """A part of the address as it is written there; "" where nothing is asked for."""
    return "true" if value is True else str(value) if value else ""


def _wanted(asked: Asked, sort: Sort, there: Place) -> Search:
    return Search(
        product=asked.product,
        region=asked.region,
        q=asked.q,
        sort=sort,
        category=Category(asked.category) if asked.category else None,
        to=there.code if asked.reach else "",
        max_price_per_kg=int(asked.price) if asked.price else None,
        certifications=(Certification(asked.certification),) if asked.certification else (),
        modes=(Mode(asked.mode),) if asked.mode else (),
        expected=True if asked.expected else None,
    )


def _hits(session: Session, kept: Kept, wanted: Search, spoils: str, cursor: str | None) -> Hits:
    """What the market has of it. One statement where an answer of this second is kept, that of its version.

    What can reach a place is read anew each time: it depends on notices too, which the version does not cover.
    """

    told: list[str] = []

    def version() -> str:
        if not told:  # read once, before what it stands for
            told.append(f"{run(session, listings.MARKET_VERSION)[0]} {int(time.monotonic() / KEPT_SECONDS)}")
        return told[0]

    def anew() -> tuple[str, Hits]:
        return version(), _read(session, wanted, spoils, cursor)

    return (
        _read(session, wanted, spoils, cursor)
        if wanted.to
        else kept.read(("market", wanted, spoils, cursor), version, anew)
    )


def _read(session: Session, wanted: Search, spoils: str, cursor: str | None) -> Hits:
    if spoils:
        today = rules.china_day(clock.read(session))
        wanted = replace(wanted, spoils_before=today + timedelta(days=int(spoils)))
    found = search.find(session, wanted, cursor, SHOWN)
    facets = search.facets(session, wanted) if cursor is None else None
    place = places.get(session, f"{wanted.region:0<6}") if wanted.region else None
    kind = products.by_code(session, wanted.product) if wanted.product else None
    return Hits(found, facets, place, {each: kind.name(each) for each in LANGUAGES} if kind else None)


def _choices(asked: Asked, hits: Hits, sort: Sort, there: Place, language: str) -> dict[str, Any]:
    """What there is to press beside the cards: orders, active filters to take off, facets, the next page."""
    following = hits.found.next
    return {
        "sorts": [
            (each.value, asked.address(sort="" if each is Sort.PERISHING else each.value), each is sort)
            for each in SORTS
        ],
        "active": [(words, asked.address(**{name: ""})) for name, words in _said(asked, hits, there, language)],
        "aisles": _aisles(asked, hits, language),
        "groups": _groups(asked, hits, there, language),
        "total": hits.facets and hits.facets.total,
        "total_more": bool(hits.facets and hits.facets.more),
        "nearly": hits.found.read_as,
        "more": asked.address(cursor=following) if following else "",
    }


def _said(asked: Asked, hits: Hits, there: Place, language: str) -> Iterable[tuple[str, str]]:
    """Each active filter in words, by its name in the address."""
    for name, value in asked.given().items():
        match name:
            case "q":
                yield name, t("market.words", language, words=value)
            case "product":
                yield name, hits.produce[language] if hits.produce else value
            case "region":
                yield name, t("market.from", language, place=hits.place.in_full(language) if hits.place else value)
            case "price":
                yield name, _up_to(int(value), language)
            case "spoils":
                yield name, t("market.spoils", language, days=int(value))
            case "expected":
                yield name, t("market.expected", language)
            case "reach" if there.region:
                yield name, t("market.reaches", language, place=there.region.in_short(language))
            case "category" | "certification":
                yield name, t(f"{name}.{value}", language)
            case "mode":
                yield name, t(f"reach.mode.{value}", language)
            case _:
                pass


def _up_to(amount: int, language: str) -> str:
    """A band of price: by the jin where Chinese is read, by the kilogram elsewhere."""
    if language.startswith("zh"):
        return t("market.up_to", language, price=render(Money(amount // 2), language))
    return t("market.up_to", language, price=render(Money(amount), language))


def _aisles(asked: Asked, hits: Hits, language: str) -> list[tuple[str, str, int]]:
    """(words, address, hits) of each aisle with something in it, where none was chosen."""
    if hits.facets is None or asked.category:
        return []
    return _links(asked, "category", hits.facets.categories, lambda facet: t(f"category.{facet.value}", language))


def _groups(asked: Asked, hits: Hits, there: Place, language: str) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """(heading, choices) of each group of facets that would narrow the hits down further."""
    facets = hits.facets
    if facets is None:
        return []
    found = {
        "product": _links(asked, "product", facets.products[:12], lambda each: each.names.get(language, each.value)),
        "region": _links(asked, "region", facets.provinces[:12], lambda each: each.names.get(language, each.value)),
        "spoils": _links(
            asked, "spoils", facets.spoils, lambda each: t("market.spoils", language, days=int(each.value))
        ),
        "price": _bands(asked, facets.prices, language),
    }
    found["mode"] = [(t(f"reach.mode.{each}", language), asked.address(mode=each.value), 0) for each in Mode]
    found["certification"] = [
        (t(f"certification.{each}", language), asked.address(certification=each.value), 0) for each in Certification
    ]
    more = [(t("market.expected", language), asked.address(expected="true"), 0)] if not asked.expected else []
    if there.code and there.region and not asked.reach:
        name = there.region.in_short(language)
        more.append((t("market.reaches", language, place=name), asked.address(reach="true"), 0))
    found["other"] = more
    return [
        (t(f"market.by.{name}", language), links)
        for name, links in found.items()
        if links and not asked.given().get(name)
    ]


def _bands(asked: Asked, prices: Iterable[Facet], language: str) -> list[tuple[str, str, int]]:
    """Bands of price, each with the hits of those below it, since a search takes all that cost no more."""
    found: list[tuple[str, str, int]] = []
    below = 0
    for each in prices:
        below += each.count
        if each.value:
            found.append((_up_to(int(each.value), language), asked.address(price=each.value), below))
    return found


def _links(
    asked: Asked, name: str, facets: Iterable[Facet], words: Callable[[Facet], str]
) -> list[tuple[str, str, int]]:
    return [(words(each), asked.address(**{name: each.value}), each.count) for each in facets if each.count]


HANDLERS: list[ControllerRouterHandler] = [market]
