"""Products, lots and listings, made through the services."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.catalog.models.listings import Product
from agrimarket.catalog.service import listings, lots, products
from agrimarket.catalog.types.listings import ListingView, NewListing
from agrimarket.catalog.types.lots import LotView, NewLot
from agrimarket.kernel import clock
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.kernel.money import Money
from agrimarket.kernel.principal import Principal
from tests.factories.regions import load_tree

PLACE = "210681"


def load_catalogue(session: Session) -> None:
    """Load the shipped products, and the region tree where it is missing."""
    products.load(session, products.taxonomy())
    load_tree(session)


def product(session: Session, code: str = "strawberry") -> Product:
    """The product of that code; loads the catalogue if necessary."""
    found = {p.code: p for p in products.list_all(session)}
    if not found:
        load_catalogue(session)
        found = {p.code: p for p in products.list_all(session)}
    return found[code]


def today(session: Session) -> date:
    """The day on the database's clock, in `PEOPLES_ZONE`."""
    return clock.read(session).astimezone(PEOPLES_ZONE).date()


def a_lot(
    session: Session,
    seller: Principal,
    *,
    code: str = "strawberry",
    grams: int = 100_000,
    region: str = PLACE,
    perish_by: datetime | None = None,
    approved: bool = True,
) -> LotView:
    """A lot harvested today; of produce that its seller was approved for, unless told otherwise."""
    kind = product(session, code)
    if approved:
        sellers.approve_produce(session, seller.require_seller(), code)
    return lots.add(session, seller, NewLot(kind.id, region, today(session), grams, perish_by))


def a_draft(
    session: Session,
    seller: Principal,
    lot_id: UUID,
    *,
    title: str = "東港草莓",
    pack_grams: int = 2_500,
    price: int = 6_800,
) -> ListingView:
    """A draft of a lot, in packs of 5 jin for CNY 68."""
    return listings.add(session, seller, NewListing(lot_id, title, pack_grams, Money(price)))


def a_listing(
    session: Session,
    seller: Principal,
    *,
    code: str = "strawberry",
    grams: int = 100_000,
    region: str = PLACE,
    title: str = "東港草莓",
    pack_grams: int = 2_500,
    price: int = 6_800,
    perish_by: datetime | None = None,
) -> ListingView:
    """A published listing on a lot of its own."""
    lot = a_lot(session, seller, code=code, grams=grams, region=region, perish_by=perish_by)
    draft = a_draft(session, seller, lot.id, title=title, pack_grams=pack_grams, price=price)
    return listings.publish(session, seller, draft.id)


def perish(session: Session, days: int = 30) -> None:
    """Move the database's clock past the perish-by of every strawberry."""
    clock.advance(session, timedelta(days=days))
