"""Data for the benchmarks: a catalogue, buyers with full carts, and a desk of coaching tasks."""

from dataclasses import dataclass
from uuid import UUID

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from agrimarket.orders.service import carts
from agrimarket.orders.types import Line
from tests.factories.accounts import Somebody, a_buyer, a_seller
from tests.factories.catalog import a_listing, load_catalogue

PRODUCE = ("strawberry", "pineapple", "sugar_tangerine", "sweet_potato")


@dataclass(frozen=True)
class Shelf:
    """Listings, a buyer for each client, and each buyer's carts of two sellers' goods."""

    listings: list[UUID]
    buyers: list[Somebody]
    carts: list[tuple[Somebody, UUID]]

    def listing(self, number: int) -> str:
        """Id of a listing on the wire."""
        return encode("lst", self.listings[number % len(self.listings)])


def stock_up(db: Database, *, listings: int, buyers: int, full_carts: int) -> Shelf:
    """Fill an empty database through the services."""
    with db.transaction() as session:
        load_catalogue(session)
        sellers = [a_seller(session, name=f"合作社 {n}") for n in range(20)]
        shelf = [
            a_listing(
                session,
                sellers[n % len(sellers)].principal,
                code=PRODUCE[n % len(PRODUCE)],
                grams=1_000_000_000,
                title=f"秭歸產地直發 {n} 號，當天採摘，冷鏈發貨",
                price=3_000 + n,
            ).id
            for n in range(listings)
        ]
        people = [a_buyer(session, name=f"小區 {n}") for n in range(buyers)]
    filled: list[tuple[Somebody, UUID]] = []
    for n in range(full_carts):
        with db.transaction() as session:
            buyer = people[n % buyers]
            # Neighbours in the list are of different sellers.
            lines = [Line(shelf[(7 * n) % listings], 1), Line(shelf[(7 * n + 1) % listings], 2)]
            filled.append((buyer, carts.begin(session, buyer.principal, lines).id))
    return Shelf(shelf, people, filled)
