"""Carts: changes, and refusals that write nothing."""

from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from tests.factories.accounts import a_buyer
from tests.orders.conftest import Shop, checkout_body, refused


def test_a_cart_of_nonsense(shop: Shop, db: Database) -> None:
    unknown = {"lines": [{"listing_id": encode("lst", new_id()), "packs": 1}]}
    refused(shop, db, "/carts", unknown, 409, "cart.listing_unavailable")
    refused(shop, db, "/carts", {"lines": [{"listing_id": "lst_1", "packs": 1}]}, 422, "invalid_fields")
    refused(shop, db, "/carts", {"lines": [], "buyer_id": "me"}, 422, "invalid_fields")


def test_packs_are_a_whole_number_above_zero(shop: Shop, db: Database) -> None:
    for packs in (0, -1, 1.5, "2", 10_001, None):
        line = {**shop.market.lines(1)[0], "packs": packs}
        refused(shop, db, "/carts", {"lines": [line]}, 422, "invalid_fields")


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
