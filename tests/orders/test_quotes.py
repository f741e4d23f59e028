"""Quotes: refusals, in words that say what to do, which write nothing."""

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.drive import drive
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import PEOPLES_ZONE
from agrimarket.regions.service import bulletins
from tests.factories.orders import ADDRESS, DESTINATION
from tests.factories.regions import notice
from tests.orders.conftest import Shop, checkout_body, refused


def test_a_quote_runs_out(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(1))
    with db.transaction() as session:
        clock.advance(session, drive().windows.quote)
    refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 410, "quote.expired")


def _close(session: Session, *communities: str) -> None:
    hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
    bulletins.import_notice(session, notice(hour, high={"湖北省 武汉市 江岸区": communities}), source="test")


def test_a_closed_county_is_refused_at_quote_and_at_checkout(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(1))
    with db.transaction() as session:
        _close(session)
    asked = {"cart_id": quote["cart_id"], "region_code": DESTINATION}
    told = refused(shop, db, "/quotes", asked, 409, "delivery.restricted")
    assert told["details"]["region"] == DESTINATION
    assert told["details"]["bulletin_number"] in told["detail"]
    refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 409, "delivery.restricted")


def test_a_closed_community_is_refused_and_its_neighbour_served_and_told(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        _close(session, "百步亭社區")
    asked = {"cart_id": shop.cart(1), "region_code": DESTINATION}
    refused(shop, db, "/quotes", asked, 409, "delivery.community_needed")
    refused(shop, db, "/quotes", {**asked, "community": "百步亭社區"}, 409, "delivery.community_restricted")
    served = shop.done(shop.market.buyer, "/quotes", {**asked, "community": ADDRESS.community})
    assert [told["community_count"] for told in served["restrictions"]] == [1]


def test_one_lot_on_several_lines_is_checked_together(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        session.connection().execute(text("UPDATE harvest_lot SET quantity = 7500"))
    both = {"lines": [*shop.market.lines(2), *shop.market.lines(2)]}
    cart = shop.done(shop.market.buyer, "/carts", both)
    assert [line["packs"] for line in cart["lines"]] == [4]
    asked = {"cart_id": cart["id"], "region_code": DESTINATION, "community": ADDRESS.community}
    problem = refused(shop, db, "/quotes", asked, 409, "cart.not_enough")
    assert problem["details"]["available_packs"] == 3
    answer = shop.post(shop.market.buyer, "/checkouts", checkout_body(cart_id=cart["id"]))
    assert answer.json()["code"].startswith("lot.sold_out")
