"""A seller's own listing, changed one thing at a time; what is refused changes nothing and is told at its field."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.catalog.service import listings, lots
from agrimarket.catalog.types.listings import ListingView
from agrimarket.catalog.types.lots import NewLot
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode
from tests.factories import accounts, catalog
from tests.factories.accounts import Somebody
from tests.support.browser import Browser

Client = TestClient[Litestar]


@pytest.fixture
def sold(db: Database, farmer: Somebody) -> UUID:
    """A listing on sale, of 200 jin in packs of 5 for CNY 68."""
    with db.transaction() as session:
        return catalog.a_listing(session, farmer.principal).id


@pytest.fixture
def web(client: Client, farmer: Somebody, sold: UUID) -> Browser:
    web = Browser(client, session=farmer.token)
    web.get(_path(sold))
    return web


def _path(listing_id: UUID, act: str = "") -> str:
    return f"/sell/listings/{encode('lst', listing_id)}" + (f"/{act}" if act else "")


def _now(db: Database, farmer: Somebody, listing_id: UUID) -> ListingView:
    with db.transaction() as session:
        return listings.view(session, listing_id, farmer.principal)


WORDS: dict[str, Any] = {
    "title": "草莓礼盒",
    "description": "新的",
    "modes": "pick_up",
    "min_packs": "2",
    "max_packs": "4",
}


def test_everything_can_be_changed(web: Browser, db: Database, farmer: Somebody, sold: UUID) -> None:
    web.post(_path(sold, "price"), price="58.5元")
    web.post(_path(sold, "stock"), quantity="300", quantity_unit="jin")
    web.post(_path(sold, "words"), **WORDS)
    web.post(_path(sold, "markdown"), markdown="30", from_days="2")
    seen = _now(db, farmer, sold)
    assert (seen.full_price.amount, seen.available_packs, seen.title) == (5_850, 60, "草莓礼盒")
    assert (seen.modes, seen.min_packs, seen.max_packs) == (["pick_up"], 2, 4)
    assert seen.markdown is not None and tuple(seen.markdown) == (3_000, 2)
    assert "How the price falls" in web.words
    web.post(_path(sold, "markdown/end"))
    web.post(_path(sold, "pause"))
    assert "Paused" in web.words
    web.post(_path(sold, "publish"))
    seen = _now(db, farmer, sold)
    assert (seen.markdown, seen.state) == (None, "published")


@pytest.mark.parametrize(
    ("act", "said", "field"),
    [
        ("price", {"price": ""}, "price"),
        ("price", {"price": "-3"}, "price"),
        ("stock", {"quantity": ""}, "quantity"),
        ("stock", {"quantity": "500斤", "quantity_unit": "t"}, "quantity"),
        ("markdown", {"markdown": "68", "from_days": "2"}, "markdown"),
        ("markdown", {"markdown": "", "from_days": "x"}, "markdown"),
        ("words", {**WORDS, "title": ""}, "title"),
        ("words", {**WORDS, "max_packs": "1"}, "max_packs"),
        ("words", {**WORDS, "min_packs": "99", "max_packs": ""}, "min_packs"),
        ("words", {**WORDS, "modes": ""}, "modes"),
        ("recall", {"reason": " "}, "reason"),
    ],
)
def test_a_refused_change_changes_nothing(
    web: Browser, db: Database, farmer: Somebody, sold: UUID, act: str, said: dict[str, Any], field: str
) -> None:
    before = _now(db, farmer, sold)
    web.post(_path(sold, act), **said)
    assert web.status // 100 == 4 and f'href="#{field}"' in web.page
    assert _now(db, farmer, sold)._replace(seconds_left=0) == before._replace(seconds_left=0)
    assert all(value in web.page for value in said.values() if value.strip())


def test_a_stale_change_of_words_is_refused(web: Browser, db: Database, farmer: Somebody, sold: UUID) -> None:
    web.post(_path(sold, "words"), **WORDS, version="1")
    assert web.status == 412 and _now(db, farmer, sold).title == "東港草莓"


def test_a_recall_ends_it(web: Browser, db: Database, farmer: Somebody, sold: UUID) -> None:
    web.post(_path(sold, "recall"), reason="检出农药残留")
    assert _now(db, farmer, sold).state == "recalled" and "Taken back" in web.words


def test_the_harvest_of_a_pre_order_is_brought_in(web: Browser, db: Database, farmer: Somebody) -> None:
    with db.transaction() as session:
        kind, ahead = catalog.product(session), catalog.today(session) + timedelta(days=5)
        lot = lots.add(session, farmer.principal, NewLot(kind.id, catalog.PLACE, ahead, 100_000))
        listing = catalog.a_draft(session, farmer.principal, lot.id)
        listings.publish(session, farmer.principal, listing.id)
    web.get(_path(listing.id))
    web.post(_path(listing.id, "harvest"), came_in="很多", came_in_unit="jin")
    assert web.status == 422 and 'href="#came_in"' in web.page
    web.post(_path(listing.id, "harvest"), came_in="160", came_in_unit="jin")
    seen = _now(db, farmer, listing.id)
    assert (seen.expected, seen.available_packs) == (False, 32)


def test_anothers_listing_is_not_found_though_it_is_on_sale(web: Browser, db: Database, sold: UUID) -> None:
    with db.transaction() as session:
        web.become(accounts.a_seller(session).token)
    web.get(_path(sold))
    assert web.status == 404
