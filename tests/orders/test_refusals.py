"""What is refused, in words that say what to do, with nothing written."""

from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from agrimarket.accounts.service import sellers
from agrimarket.accounts.states import Standing
from agrimarket.catalog.models import Listing
from agrimarket.catalog.service import listings
from agrimarket.kernel import clock
from agrimarket.kernel.db import Database
from agrimarket.kernel.i18n import LANGUAGES, PEOPLES_ZONE
from agrimarket.kernel.ids import encode, new_id
from agrimarket.orders.rules import QUOTE_LIFETIME
from agrimarket.regions.service import bulletins
from tests.factories.accounts import a_buyer
from tests.factories.orders import ADDRESS, DESTINATION
from tests.factories.regions import notice
from tests.orders.conftest import Shop, checkout_body

WRITTEN = ("order_group", "seller_order", "order_line", "reservation", "payment", "payment_split", "idempotency_key")


def _written(db: Database) -> list[Any]:
    counts = ", ".join(f"(SELECT count(*) FROM {table})" for table in WRITTEN)
    statement = text(f"SELECT {counts}, (SELECT sum(reserved) FROM harvest_lot)")
    with db.reading() as session:
        return list(session.connection().execute(statement).one())


def _refused(shop: Shop, db: Database, path: str, body: Any, status: int, code: str) -> Any:
    """The problem of a POST that is refused in three languages and writes nothing."""
    before, said = _written(db), set[str]()
    for language in LANGUAGES:
        headers = {**shop.market.buyer.headers, "accept-language": language, "idempotency-key": "once"}
        answer = shop.client.post(f"/v1{path}", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        said.add(answer.json()["detail"])
    assert _written(db) == before
    assert len(said) == len(LANGUAGES)
    return answer.json()


def test_a_price_that_changed_is_told_with_the_new_one(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(2))
    with db.transaction() as session:
        listing = session.get_one(Listing, shop.market.listings[0].id)
        listing.price = 7_000
    problem = _refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 409, "checkout.price_changed")
    assert problem["details"]["total"]["amount"] == quote["total"]["amount"] + 400
    agreed = shop.done(shop.market.buyer, "/checkouts", checkout_body(cart_id=quote["cart_id"]))
    assert agreed["order_group"]["ceiling"] == problem["details"]["total"]


def test_a_quote_runs_out(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(1))
    with db.transaction() as session:
        clock.advance(session, QUOTE_LIFETIME)
    _refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 410, "quote.expired")


def _close(session: Session, *communities: str) -> None:
    hour = clock.read(session).astimezone(PEOPLES_ZONE).strftime("%Y-%m-%d %H时")
    bulletins.import_notice(session, notice(hour, high={"湖北省 武汉市 江岸区": communities}), source="test")


def test_a_closed_county_is_refused_at_quote_and_at_checkout(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(1))
    with db.transaction() as session:
        _close(session)
    asked = {"cart_id": quote["cart_id"], "region_code": DESTINATION}
    told = _refused(shop, db, "/quotes", asked, 409, "delivery.restricted")
    assert told["details"]["region"] == DESTINATION
    assert told["details"]["bulletin_number"] in told["detail"]
    _refused(shop, db, "/checkouts", checkout_body(quote_id=quote["id"]), 409, "delivery.restricted")


def test_a_closed_community_is_refused_and_its_neighbour_served_and_told(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        _close(session, "百步亭社區")
    asked = {"cart_id": shop.cart(1), "region_code": DESTINATION}
    _refused(shop, db, "/quotes", asked, 409, "delivery.community_needed")
    _refused(shop, db, "/quotes", {**asked, "community": "百步亭社區"}, 409, "delivery.community_restricted")
    served = shop.done(shop.market.buyer, "/quotes", {**asked, "community": ADDRESS.community})
    assert [told["community_count"] for told in served["restrictions"]] == [1]


def test_one_lot_on_several_lines_is_checked_together(shop: Shop, db: Database) -> None:
    with db.transaction() as session:
        session.connection().execute(text("UPDATE harvest_lot SET quantity = 7500"))
    both = {"lines": [*shop.market.lines(2), *shop.market.lines(2)]}
    cart = shop.done(shop.market.buyer, "/carts", both)
    assert [line["packs"] for line in cart["lines"]] == [4]
    asked = {"cart_id": cart["id"], "region_code": DESTINATION, "community": ADDRESS.community}
    problem = _refused(shop, db, "/quotes", asked, 409, "cart.not_enough")
    assert problem["details"]["available_packs"] == 3
    answer = shop.post(shop.market.buyer, "/checkouts", checkout_body(cart_id=cart["id"]))
    assert answer.json()["code"].startswith("lot.sold_out")


def test_a_suspended_seller_sells_nothing(shop: Shop, db: Database) -> None:
    cart = shop.cart(1, 1)
    with db.transaction() as session:
        seller_id = shop.market.sellers[0].principal.seller_id
        assert seller_id is not None
        sellers.set_standing(session, seller_id, Standing.SUSPENDED)
    body = checkout_body(cart_id=cart)
    answer = shop.post(shop.market.buyer, "/checkouts", body)
    assert answer.status_code == 409
    assert answer.json()["code"] in {"checkout.seller_suspended", "cart.listing_unavailable"}
    assert _written(db)[0] == 0


def test_a_paused_listing_is_not_sold(shop: Shop, db: Database) -> None:
    cart = shop.cart(1)
    with db.transaction() as session:
        listings.pause(session, shop.market.sellers[0].principal, shop.market.listings[0].id)
    _refused(shop, db, "/checkouts", checkout_body(cart_id=cart), 409, "cart.listing_unavailable")


def test_a_cart_of_nonsense(shop: Shop, db: Database) -> None:
    unknown = {"lines": [{"listing_id": encode("lst", new_id()), "packs": 1}]}
    _refused(shop, db, "/carts", unknown, 409, "cart.listing_unavailable")
    _refused(shop, db, "/carts", {"lines": [{"listing_id": "lst_1", "packs": 1}]}, 422, "invalid_fields")
    _refused(shop, db, "/carts", {"lines": [], "buyer_id": "me"}, 422, "invalid_fields")


def test_packs_are_a_whole_number_above_zero(shop: Shop, db: Database) -> None:
    for packs in (0, -1, 1.5, "2", 10_001, None):
        line = {**shop.market.lines(1)[0], "packs": packs}
        _refused(shop, db, "/carts", {"lines": [line]}, 422, "invalid_fields")


def test_an_empty_cart_and_a_checkout_of_nothing(shop: Shop, db: Database) -> None:
    empty = shop.done(shop.market.buyer, "/carts", {})["id"]
    _refused(shop, db, "/quotes", {"cart_id": empty, "region_code": DESTINATION}, 409, "cart.empty")
    _refused(shop, db, "/checkouts", checkout_body(), 422, "checkout.cart_or_quote")
    _refused(shop, db, "/checkouts", checkout_body(cart_id=encode("crt", new_id())), 404, "not_found")


def test_anothers_cart_and_quote_are_not_there(shop: Shop, db: Database) -> None:
    quote = shop.quote(shop.cart(1))
    with db.transaction() as session:
        other = a_buyer(session)
    assert shop.get(other, f"/carts/{quote['cart_id']}").status_code == 404
    for body in (checkout_body(cart_id=quote["cart_id"]), checkout_body(quote_id=quote["id"])):
        assert shop.post(other, "/checkouts", body).status_code == 404
    assert shop.post(other, f"/carts/{quote['cart_id']}/lines", {"lines": shop.market.lines(1)}).status_code == 404
    listing = shop.market.lines(1)[0]["listing_id"]
    line = f"/v1/carts/{quote['cart_id']}/lines/{listing}"
    changed = shop.client.patch(line, json={"packs": 0}, headers=other.headers)
    assert changed.status_code == 404
    assert shop.get(shop.market.buyer, f"/carts/{quote['cart_id']}").json()["lines"]


def test_a_line_can_be_changed_and_taken_out(shop: Shop) -> None:
    cart, listing = shop.cart(1, 1), shop.market.lines(1)[0]["listing_id"]
    address = f"/v1/carts/{cart}/lines/{listing}"
    for packs, lines in ((5, {5, 1}), (0, {1})):
        answer = shop.client.patch(address, json={"packs": packs}, headers=shop.market.buyer.headers)
        assert {line["packs"] for line in answer.json()["lines"]} == lines
    more = shop.done(shop.market.buyer, f"/carts/{cart}/lines", {"lines": shop.market.lines(2, 3)})
    assert sorted(line["packs"] for line in more["lines"]) == [2, 4]
